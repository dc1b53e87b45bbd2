"""Sandbox: parsing in a separate process, with limits on time, memory and files."""
