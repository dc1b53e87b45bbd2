"""Benchmarks of retrieval and answers."""
