"""`pull` against a hub on localhost: what is needed and no code, again only what is missing, each failure one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from fake_hub import COMMIT, FakeHub, fake_hub

from openk2.checkpoint import load
from openk2.checkpoint import pull as module
from openk2.checkpoint.checks.verify import verify
from openk2.checkpoint.pull import pull
from openk2.cli.main import main
from openk2.errors import CheckpointError

pytest.importorskip("huggingface_hub")


@pytest.fixture
def hub(source: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    """A repository with a model and what should be left alone."""
    others = {"modeling_deepseek__py": b"evil()", "pytorch_model__bin": b"pickle", "figure__png": b"png"}
    with fake_hub(source, README__md=b"card", chat_template__jinja=b"{{ messages }}", **others) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        monkeypatch.chdir(tmp_path)
        yield hub


def refusal(*arguments: str, **options: Path | str) -> str:
    """The one line a pull that fails ends with."""
    with pytest.raises(CheckpointError) as caught:
        pull(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_needed_comes_and_no_code(hub: FakeHub, source: Path, tmp_path: Path) -> None:
    pulled = pull("org/small", to=tmp_path / "model")
    came = {path.name for path in (tmp_path / "model").iterdir() if path.is_file()}
    weights = {path.name for path in source.glob("*.safetensors")}
    assert len(weights) > 1
    assert came == weights | {
        "config.json",
        "model.safetensors.index.json",
        "tiktoken.model",
        "tokenizer_config.json",
        "chat_template.jinja",
        "SHA256SUMS",
    }
    assert (pulled.revision, pulled.directory) == (COMMIT, str(tmp_path / "model"))
    assert set(pulled.files) == came - {"SHA256SUMS"}
    assert pulled.bytes == sum(len(hub.files[name]) for name in pulled.files)
    for name in pulled.files:
        assert (tmp_path / "model" / name).read_bytes() == hub.files[name]
    assert load(tmp_path / "model").config == load(source).config


def test_the_hubs_hashes_are_kept_for_verify(hub: FakeHub, tmp_path: Path) -> None:
    del hub.files["chat_template.jinja"]
    pull("org/small", to=tmp_path / "model")
    read = verify(tmp_path / "model")
    assert read.compared == len(read.sha256) > 1
    assert read.findings == []
    file = sorted((tmp_path / "model").glob("*.safetensors"))[0]
    data = bytearray(file.read_bytes())
    data[-9] ^= 1
    file.write_bytes(data)
    assert [finding.file for finding in verify(tmp_path / "model").findings] == [file.name]


def test_again_it_fetches_what_is_missing(hub: FakeHub, tmp_path: Path) -> None:
    files = sorted(name for name in hub.files if name.endswith(".safetensors"))
    hub.refuse = {files[-1]}
    assert "run the same again to go on, finished files are kept" in refusal("org/small", to=tmp_path / "model")
    finished = {path.name for path in (tmp_path / "model").iterdir()}
    assert files[-1] not in finished
    hub.refuse, hub.served = set(), []
    pull("org/small", to=tmp_path / "model")
    assert files[-1] in hub.served
    assert not finished & set(hub.served)
    hub.served = []
    pull("org/small", to=tmp_path / "model")
    assert hub.served == []


def test_without_a_place_it_goes_where_commands_find_it(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pull("org/small", revision="v1").directory == "weights/small"
    assert (tmp_path / "weights" / "small" / "config.json").is_file()
    monkeypatch.setenv("OPENK2_WEIGHTS", str(tmp_path / "models"))
    assert pull("org/small").directory == str(tmp_path / "models" / "small")
    assert load("small").config.vocab_size == 512


def test_what_cannot_be_had_is_one_line(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("small", "org/", "/small", "a/b/c", "org/.."):
        assert refusal(name).startswith(f"{name!r} is no repository; accepted: ORG/NAME")
    assert "org/other at its main branch: cannot be fetched: no such repository" in refusal("org/other")
    assert "org/small at v9: cannot be fetched: no such branch, tag or commit" in refusal("org/small", revision="v9")
    hub.gated = True
    assert "its owner asks to accept terms first" in refusal("org/small")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "cannot be fetched" in refusal("org/small")


def test_repositories_that_are_no_models_are_refused(hub: FakeHub, tmp_path: Path) -> None:
    config = hub.files.pop("config.json")
    assert refusal("org/small").endswith("holds no config.json; a model in Hugging Face's form has one")
    hub.files = {"config.json": config, "pytorch_model.bin": b"pickle"}
    assert refusal("org/small").endswith("holds no safetensors; openk2 reads models in that form only")
    assert not (tmp_path / "weights").exists()


def test_too_little_space_is_said_before_anything_is_fetched(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    assert "GB are to be fetched and 0.0 GB are free" in refusal("org/small")
    assert hub.served == []


def test_without_the_library_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    assert refusal("org/small") == "huggingface_hub is not installed; pip install 'openk2[hub]' adds it"


def test_the_command_says_what_to_run_next(hub: FakeHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> int:
        with pytest.raises(SystemExit) as caught:
            main(["pull", "org/small", "--to", str(tmp_path / "m"), *arguments])
        assert isinstance(caught.value.code, int)
        return caught.value.code

    assert run() == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert f"next: openk2 verify {tmp_path / 'm'}; openk2 inspect {tmp_path / 'm'}" in err
    assert run("--json") == 0
    assert json.loads(capsys.readouterr().out)["revision"] == COMMIT
    assert run("--revision", "v9") == 2
    assert "no such branch, tag or commit" in capsys.readouterr().err
