"""Benchmarks of finding and answering."""
