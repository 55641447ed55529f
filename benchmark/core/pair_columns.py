"""The columns of a pair, in one order for the table of pairs and for ``scores.csv``."""

OF_A_PAIR = (
    "split",
    "fold",
    "pair",
    "reference",
    "cluster",
    "enhanced",
    "condition",
    "mos",
    "mos_sd",
    "observers",
)
LIMITS = ("mos_low", "mos_high")
"""Limits of a label, after the other columns, only where a data set has them."""
SCORE_KEYS = ("dataset", *OF_A_PAIR)
"""The columns of ``scores.csv`` before those of the methods; no method can have their names."""
