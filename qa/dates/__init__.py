"""Dates: ISO 8601, periods, and the dates that a question speaks of."""
