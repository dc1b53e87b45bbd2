"""Benchmarks of robustness: faults and attacks that were survived, and flaky tests."""
