"""Rendering of records as HTML, Markdown, CSV and terminal text; no other room does this."""
