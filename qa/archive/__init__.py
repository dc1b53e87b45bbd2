"""The archive on disk: reading, writing and maintenance."""
