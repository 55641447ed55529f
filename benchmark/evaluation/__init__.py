"""From a table of scores to ``summary.csv`` and ``comparisons.csv``."""
