"""OpenAI's Responses API: `/v1/responses`, with what it keeps."""
