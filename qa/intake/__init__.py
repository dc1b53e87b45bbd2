"""Files, folders and bytes become articles, or rejections with their reason."""

from qa.intake.counting import count
from qa.intake.page import Dropped
from qa.intake.reader import read
from qa.intake.values import Defaults, Reading, Rejection

__all__ = ["Defaults", "Dropped", "Reading", "Rejection", "count", "read"]
