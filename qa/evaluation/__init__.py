"""Question files, measures, runs, comparisons and sweeps."""
