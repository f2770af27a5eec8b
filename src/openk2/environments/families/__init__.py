"""Task families: each draws one turn, a request with its world, its expected ending and the oracle that solves it."""
