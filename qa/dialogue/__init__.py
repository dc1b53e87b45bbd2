"""Dialogue: follow-ups rewritten into stand-alone questions."""
