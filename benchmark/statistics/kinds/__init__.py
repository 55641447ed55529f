"""The statistics, one file each with the record ``STATISTIC``. A new file here is registered by itself."""
