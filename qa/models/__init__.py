"""Everything that loads model weights."""
