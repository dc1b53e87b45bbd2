"""HTTP for programs, and an article's page at its permalink."""
