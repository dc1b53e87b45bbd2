"""The indexes of an archive: copies of the database that can be rebuilt without embedding."""
