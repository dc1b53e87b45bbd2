"""A follow-up and its history become a question that stands alone."""
