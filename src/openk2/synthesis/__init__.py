"""Making training data by playing tasks: trajectories executed with real tools and kept only when verified."""
