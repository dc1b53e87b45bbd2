"""Storage on disk: the database, files, hashes, origins and earlier versions."""
