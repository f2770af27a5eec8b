"""The OpenAI protocol: bodies to requests, events to chunks and completions."""
