"""How people reach Dateline: the terminal, the chat page, and what they show."""
