"""The commands, one module each, which lists the steps of the command."""
