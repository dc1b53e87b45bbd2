"""Forms of answers other than the sentences of the hits: counts, overviews, comparisons, yes or no."""
