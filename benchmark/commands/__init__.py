"""One module a command: what it does, step by step."""
