"""Forks, load and timing."""
