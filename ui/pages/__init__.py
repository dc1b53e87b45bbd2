"""The chat page and the archive page."""
