"""The files of a run in its folder: run.json, the CSV files, and the record of which files are ours."""
