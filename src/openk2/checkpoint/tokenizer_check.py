"""Whether the tokenizer of a model directory belongs to its config.json."""

from __future__ import annotations

from pathlib import Path

from openk2.chat.tokenizer import CONFIG_FILE, RANKS_FILE, SPECIAL_NAMES, Tokenizer
from openk2.checkpoint.findings import Finding
from openk2.config import K2Config
from openk2.errors import ChatError

_NEEDED = (2, 3, 4, 10, 11, 12, 13, 14, 15, 17)
"""Special slots the chat template and the parser use; releases before Thinking have no `<think>`."""


def tokenizer_findings(directory: Path, config: K2Config | None) -> list[Finding]:
    """What is wrong with the tokenizer's files; nothing where the directory has none."""
    if not (directory / RANKS_FILE).is_file():
        return []
    try:
        tokenizer = Tokenizer.from_directory(directory)
    except ChatError as error:
        text = str(error)
        file = RANKS_FILE if "ranks" in text or RANKS_FILE in text else CONFIG_FILE
        return [Finding(file, None, text.removeprefix(str(directory / file)).lstrip(",: "))]
    findings = []
    by_id = {id: name for name, id in tokenizer.special.items()}
    for slot in _NEEDED:
        id, name = tokenizer.base_size + slot, SPECIAL_NAMES[slot]
        if by_id[id] != name:
            findings.append(Finding(CONFIG_FILE, None, f"id {id} is {by_id[id]!r}; the chat template needs {name!r}"))
    if config is not None:
        findings += [Finding("config.json", None, problem) for problem in _contradictions(tokenizer, config)]
    return findings


def _contradictions(tokenizer: Tokenizer, config: K2Config) -> list[str]:
    stops = sorted(tokenizer.stop_ids)
    checks = (
        ("vocab_size", config.vocab_size, [tokenizer.vocab_size]),
        ("bos_token_id", config.bos_token_id, [tokenizer.bos_id]),
        ("eos_token_id", config.eos_token_id, stops),
        ("pad_token_id", config.pad_token_id, [tokenizer.pad_id]),
    )
    return [
        f"{name} is {value}; by the tokenizer's files it is {' or '.join(map(str, accepted))}"
        for name, value, accepted in checks
        if value not in accepted
    ]
