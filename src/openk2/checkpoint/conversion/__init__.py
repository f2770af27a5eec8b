"""A model on disk written in another format, on disk: streamed, in parallel, resumable."""
