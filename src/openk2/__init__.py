"""openk2: train, serve and run agents on models of the Kimi K2 architecture."""
