"""One module a file format: bytes or text to a page's lines or records."""
