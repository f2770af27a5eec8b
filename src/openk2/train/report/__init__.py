"""A training run as one HTML file that needs nothing else: `metrics → curves → figures → page`."""

from openk2.train.report.metrics import Run, read_run
from openk2.train.report.page import write_report
from openk2.train.report.summary import Summary, summarise

__all__ = ["Run", "Summary", "read_run", "summarise", "write_report"]
