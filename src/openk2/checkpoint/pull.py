"""A model from the Hugging Face hub: the files openk2 reads, and no others; code in a repository is never fetched.

The transfer is huggingface_hub's: several files at a time, each under its final name only when it is whole, so that the
same call again fetches what is missing. The hub's hashes of the weights are kept in `SHA256SUMS` for `openk2 verify`.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import Any

from openk2.checkpoint.conversion.record import SUMS_FILE
from openk2.errors import CheckpointError

NEEDED = (
    "config.json",
    "generation_config.json",
    "*.safetensors",
    "*.safetensors.index.json",
    "tiktoken.model",
    "tokenizer*.json",
    "special_tokens_map.json",
    "chat_template*",
    "LICENSE*",
)
"""Names of the files that are fetched, from the top folder of the repository."""

WEIGHTS_FOLDER = "weights"
"""Below the current directory; `openk2.load` and the commands find a model there by its name."""


@dataclass(frozen=True)
class Pulled:
    """What was fetched."""

    directory: str
    repository: str
    revision: str
    """The commit."""
    files: list[str]
    bytes: int


def pull(repository: str, *, revision: str | None = None, to: str | Path | None = None) -> Pulled:
    """Fetch `ORG/NAME` at a branch, tag or commit (None: the main branch) into a directory.

    `to` is by default NAME in `$OPENK2_WEIGHTS` or in `weights/` below the current directory. The hub's address is
    `$HF_ENDPOINT` where that is set; credentials are huggingface_hub's. Raises CheckpointError: huggingface_hub is not
    installed, the repository, its revision or the hub cannot be had, it holds no safetensors, or space is too small.
    """
    organisation, slash, name = repository.partition("/")
    if not (organisation and slash and name) or "/" in name or name in (".", ".."):
        raise CheckpointError(
            f"{repository!r} is no repository; accepted: ORG/NAME, such as moonshotai/Kimi-K2-Instruct"
        )
    hub = _hub()
    directory = Path(to) if to is not None else Path(os.environ.get("OPENK2_WEIGHTS") or WEIGHTS_FOLDER) / name
    endpoint = os.environ.get("HF_ENDPOINT") or None
    api = hub.HfApi(endpoint=endpoint)
    what = f"{repository} at {revision or 'its main branch'}"
    try:
        commit = str(api.model_info(repository, revision=revision).sha)
        listed = [entry for entry in api.list_repo_tree(repository, revision=commit) if hasattr(entry, "size")]
    except Exception as error:
        raise _failure(what, error) from None
    wanted = {entry.path: entry for entry in listed if any(fnmatch(entry.path, pattern) for pattern in NEEDED)}
    if not any(path.endswith(".safetensors") for path in wanted):
        raise CheckpointError(f"{what}: holds no safetensors; openk2 reads models in that form only")
    if "config.json" not in wanted:
        raise CheckpointError(f"{what}: holds no config.json; a model in Hugging Face's form has one")
    _check_space(directory, wanted)
    try:
        hub.snapshot_download(
            repository, revision=commit, local_dir=directory, allow_patterns=sorted(wanted), endpoint=endpoint
        )
    except Exception as error:
        raise _failure(what, error) from None
    hashes = {path: entry.lfs.sha256 for path, entry in sorted(wanted.items()) if entry.lfs is not None}
    (directory / SUMS_FILE).write_text("".join(f"{hash}  {path}\n" for path, hash in hashes.items()), encoding="utf-8")
    return Pulled(str(directory), repository, commit, sorted(wanted), sum(entry.size for entry in wanted.values()))


def _hub() -> Any:
    try:
        return import_module("huggingface_hub")
    except ImportError:
        raise CheckpointError("huggingface_hub is not installed; pip install 'openk2[hub]' adds it") from None


def _check_space(directory: Path, wanted: dict[str, Any]) -> None:
    """What is not there yet must fit."""
    there = {path for path, entry in wanted.items() if _size(directory / path) == entry.size}
    missing = sum(entry.size for path, entry in wanted.items() if path not in there)
    existing = next(place for place in (directory, *directory.absolute().parents) if place.exists())
    free = shutil.disk_usage(existing).free
    if missing > free:
        raise CheckpointError(
            f"{directory}: {missing / 1e9:.1f} GB are to be fetched and {free / 1e9:.1f} GB are free; "
            "free space or choose another place"
        )


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else -1


def _failure(what: str, error: Exception) -> CheckpointError:
    """The client's error in one line, with what can be done where that is known."""
    advice = {
        "RepositoryNotFoundError": "no such repository, or one that needs a login: check the name, or set HF_TOKEN",
        "RevisionNotFoundError": "no such branch, tag or commit",
        "GatedRepoError": "its owner asks to accept terms first: do so on its page, and set HF_TOKEN",
    }.get(type(error).__name__)
    reason = advice or next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return CheckpointError(f"{what}: cannot be fetched: {reason}; run the same again to go on, finished files are kept")
