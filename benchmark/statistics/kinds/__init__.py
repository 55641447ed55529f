"""The statistics, one file each: ``STATISTIC`` is the record. A file that is put here is found."""
