"""The trainer: batch → loss → step → watch, over shared memory on one machine, from a TOML recipe."""
