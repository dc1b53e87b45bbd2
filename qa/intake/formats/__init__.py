"""Parsers, one module per file format: from bytes or text to the lines of a page or to records."""
