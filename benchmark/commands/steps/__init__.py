"""Steps that commands share: from a configuration to what is scored, and from scores to results."""
