"""The content of configuration files, and errors that name file, line and key."""
