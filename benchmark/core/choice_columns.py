"""The columns of a choice between two images, in one order for the tables of data sets and for ``choices.csv``."""

SIDES = ("first", "second")
OF_A_CHOICE = ("split", "reference", "cluster", "condition", *SIDES, "preference", "votes")
CHOICE_KEYS = ("dataset", *OF_A_CHOICE)
"""The columns of ``choices.csv``."""
