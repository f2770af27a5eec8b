"""Whether the tokenizer of a model directory belongs to its config.json, and its chat template is the one we render."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from openk2.chat.jinja_template import CheckpointTemplate
from openk2.chat.template_check import template_differences
from openk2.chat.tokenizer import CONFIG_FILE, RANKS_FILE, SPECIAL_NAMES, Tokenizer
from openk2.checkpoint.checks.findings import Finding
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


def template_findings(directory: Path, config: K2Config | None) -> list[Finding]:
    """Where the directory's own chat template and openk2 render otherwise; nothing where it has none, or jinja2 is not
    installed.
    """
    try:
        template = CheckpointTemplate.read(directory)
    except ChatError as error:
        return [Finding(CONFIG_FILE, None, str(error).removeprefix(f"{directory / CONFIG_FILE}: "))]
    if template is None or find_spec("jinja2") is None:
        return []
    try:
        differences = [str(difference) for difference in template_differences(directory)]
    except ChatError as error:
        differences = [str(error).removeprefix(f"{template.file}: ")]
    return [Finding(template.file.name, None, f"chat template: {difference}") for difference in differences]
