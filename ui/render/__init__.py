"""Records to HTML, Markdown, CSV and terminal text; nothing else makes any."""
