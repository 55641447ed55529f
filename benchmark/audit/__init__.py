"""Audit: whether a printed table follows from scores. Rooms below: core, statistics, data."""
