"""vLLM's server: the command that starts it for a model of this architecture.

Chat template, tool calls, reasoning and grammars are ours, through `/v1/completions` with token ids; vLLM's own parsers
are not asked for. Flags as of vLLM 0.33: `--trust-remote-code` for Kimi's tokenizer, `--enable-prompt-tokens-details`
for the cached tokens, which are not told otherwise, and llguidance behind structured outputs, so that a grammar means
the same there as here.
"""

from __future__ import annotations

from collections.abc import Sequence


def vllm_command(
    python: str, model: str, name: str, context_length: int, port: int, extra: Sequence[str] = ()
) -> list[str]:
    """The command line; `python`: the interpreter of the environment that has vLLM; `extra`: further flags, such as
    `--tensor-parallel-size 8`, which come last and so win."""
    return [
        *(python, "-m", "vllm.entrypoints.cli.main", "serve", model),
        *("--served-model-name", name, "--host", "127.0.0.1", "--port", str(port)),
        *("--max-model-len", str(context_length), "--trust-remote-code"),
        *("--enable-prefix-caching", "--enable-prompt-tokens-details"),
        *("--structured-outputs-config.backend", "guidance"),
        *extra,
    ]
