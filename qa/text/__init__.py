"""Text: sentences, passages, terms, words."""
