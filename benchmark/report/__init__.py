"""Tables, plots and the report page: pure functions of stored scores and statistics. Never torch.

``data`` is what comes in, ``write`` what goes out, ``terminal`` what the commands print. Between them: ``blocks`` (which
numbers stand where), ``ranking``, ``table`` with its renderers in ``formats``,
``plots`` (the only place that imports matplotlib) and ``page`` (HTML).
"""

from benchmark.report.content import ReportData
from benchmark.report.write import write_report

__all__ = ["ReportData", "write_report"]
