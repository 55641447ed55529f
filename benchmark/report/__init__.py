"""Makes tables, plots and the report page: pure functions of stored scores and statistics. Never imports torch.

``content`` defines the input, ``write`` writes the files, ``terminal`` makes what the commands print. Between them are
``blocks`` (look-up of numbers), ``ranking``, ``table`` with its renderers in ``formats``, ``plots`` (the only place that
imports matplotlib) and ``page`` (HTML).
"""

from benchmark.report.content import ReportData
from benchmark.report.write import write_report

__all__ = ["ReportData", "write_report"]
