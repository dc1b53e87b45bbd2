"""The server under the pages: connections, guard, health, logs, metrics, visitors."""
