"""Several processes that speak HTTP before one engine."""
