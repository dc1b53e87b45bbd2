"""HTTP API for programs, and the article pages behind permalinks."""
