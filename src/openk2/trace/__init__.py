"""What happened, token by token: the log of a run and the sample it trains on are one append-only file."""
