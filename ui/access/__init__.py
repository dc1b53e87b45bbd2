"""Who is let in: logins, passwords, sessions."""
