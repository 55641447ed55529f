"""Steps that several commands take: from a configuration to what is scored, and from scores to results."""
