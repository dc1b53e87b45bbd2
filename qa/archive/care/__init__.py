"""Looking after an archive: verify, back up, restore, diagnose."""
