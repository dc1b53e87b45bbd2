"""``python -m ui`` is ``qa``."""

from ui.cli import main

main()
