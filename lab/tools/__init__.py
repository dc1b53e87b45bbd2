"""Small programs that make files of the repository."""
