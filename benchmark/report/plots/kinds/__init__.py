"""The kinds of plots: every file here is one, with its record in ``PLOT`` and the functions that draw it."""
