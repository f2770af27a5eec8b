"""How a server is set up: defaults, then `openk2.toml`, then the environment, then flags."""
