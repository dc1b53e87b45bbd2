"""Benchmarks of reading files: news anatomy, formats, languages, near-duplicates."""
