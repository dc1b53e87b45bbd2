"""The HTML reports of evaluation runs and sweeps."""
