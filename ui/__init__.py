"""User interfaces of Dateline: the command line, the web pages, the HTTP API, and the rendering of records."""
