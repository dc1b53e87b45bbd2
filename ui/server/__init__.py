"""Web server below the pages: connections, guard, health, logs, metrics, visitors."""
