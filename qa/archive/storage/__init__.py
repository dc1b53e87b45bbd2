"""What is on disk: the database, files, hashes, origins and earlier versions."""
