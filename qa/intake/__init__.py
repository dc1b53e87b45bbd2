"""Intake: files and folders parsed into articles, or rejected with a reason."""

from qa.anatomy.page import Dropped
from qa.intake.reader import read
from qa.intake.results import Defaults, Reading, Rejection
from qa.intake.totals import count

__all__ = ["Defaults", "Dropped", "Reading", "Rejection", "count", "read"]
