"""Faults, hostile input, flaky tests: counts of what was survived."""
