"""Documents to token shards: sources, cleaning, deduplication, packing, mixing, the loader."""
