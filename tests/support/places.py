"""Where things lie that tests read."""

from pathlib import Path

PROJECT = Path(__file__).parents[2]
FIXTURES = PROJECT / "tests" / "fixtures"
SEEDS = PROJECT / "seeds"
