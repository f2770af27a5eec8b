"""SGLang's server: the command that starts it for a model of this architecture.

Chat template, tool calls, reasoning and grammars are ours, through `/generate` with `input_ids`. Flags as of SGLang
0.5.23: `--trust-remote-code` for Kimi's tokenizer, `--enable-cache-report` for the cached tokens, which are not told
otherwise, and llguidance as the grammar backend, so that a grammar means the same there as here.
"""

from __future__ import annotations

from collections.abc import Sequence


def sglang_command(
    python: str, model: str, name: str, context_length: int, port: int, extra: Sequence[str] = ()
) -> list[str]:
    """The command line; `python`: the interpreter of the environment that has SGLang; `extra`: further flags, such as
    `--tp-size 8`, which come last and so win."""
    return [
        *(python, "-m", "sglang.launch_server", "--model-path", model),
        *("--served-model-name", name, "--host", "127.0.0.1", "--port", str(port)),
        *("--context-length", str(context_length), "--trust-remote-code"),
        *("--enable-cache-report", "--grammar-backend", "llguidance"),
        *extra,
    ]
