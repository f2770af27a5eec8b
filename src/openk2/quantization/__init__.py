"""Number formats of weights: one grid per format, used by whoever reads, writes or imitates it."""
