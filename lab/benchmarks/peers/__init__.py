"""Comparison with peers on the same articles and questions: ``python -m lab.benchmarks.peers``."""
