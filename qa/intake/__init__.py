"""Files, folders and bytes become articles, or rejections with their reason."""

from qa.intake.reader import count, read
from qa.intake.values import Defaults, Dropped, Reading, Rejection

__all__ = ["Defaults", "Dropped", "Reading", "Rejection", "count", "read"]
