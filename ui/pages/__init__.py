"""Web pages: the chat page and the Archive page."""
