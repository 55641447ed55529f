"""The kinds of plots, one file each: ``PLOT`` is the record, the functions beside it draw. A file put here is found."""
