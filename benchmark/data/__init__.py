"""The table of pairs: label lists, tables of text, splits, and the checks of a data set."""
