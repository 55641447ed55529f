"""What may stand in a configuration file, and errors that name file, line and key."""
