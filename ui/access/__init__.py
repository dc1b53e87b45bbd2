"""Authentication: login, passwords, sessions."""
