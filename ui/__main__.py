"""``python -m ui`` is ``qa``."""

from ui.cli.app import main

main()
