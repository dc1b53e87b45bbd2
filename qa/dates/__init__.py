"""Dates: ISO 8601, periods, and date expressions in questions."""
