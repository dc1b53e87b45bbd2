"""Dateline beside what people would use instead, on the same articles and questions: ``python -m benchmarks.peers``."""
