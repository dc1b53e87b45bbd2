"""Archive maintenance: verification, backup, restore, diagnosis."""
