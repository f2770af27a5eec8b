"""Token counts as Anthropic counts them: what came out of the cache is beside `input_tokens`, not part of it.

The prompt has `input_tokens + cache_read_input_tokens + cache_creation_input_tokens` tokens. Prompts are cached without
being told to and at no price, so nothing is counted as created.
"""

from __future__ import annotations

from openk2.chat.events import Usage
from openk2.server.protocol import Json


def prompt_json(prompt_tokens: int, cached_tokens: int) -> Json:
    """The counts of a prompt, known before its answer."""
    return {
        "input_tokens": prompt_tokens - cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached_tokens,
    }


def usage_json(usage: Usage) -> Json:
    """The counts of a prompt and its answer."""
    return {
        **prompt_json(usage.prompt_tokens, usage.cached_tokens),
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"thinking_tokens": usage.reasoning_tokens},
    }
