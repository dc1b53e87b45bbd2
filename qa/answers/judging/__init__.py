"""Candidate answers among what was found, their features, and how probably each is right."""
