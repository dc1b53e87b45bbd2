"""Models: every module that loads weights."""
