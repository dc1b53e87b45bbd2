"""Code that is not installed: benchmarks, the recipe of the packaged reader, tools."""
