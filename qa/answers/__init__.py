"""Answers: from hits to an answer, or to an abstention with its reason."""
