"""`openk2 generate`, and what a model's name opens."""

from __future__ import annotations

import json
import sys
from io import StringIO
from pathlib import Path

import pytest

from openk2.chat.remote import RemoteBackend
from openk2.chat.tokenizer import Tokenizer
from openk2.checkpoint.writer import save_model
from openk2.cli.main import main
from openk2.cli.models import RESERVE, memory_size, open_backend, open_engine
from openk2.config import K2Config
from openk2.engine.backend import EngineBackend
from openk2.errors import EngineError, OpenK2Error, RequestError
from openk2.model import K2Model


@pytest.fixture(scope="module", params=["k2-random", "k2-random-thinking"])
def directory(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model directory with random weights in bfloat16 and a byte tokenizer."""
    path: Path = tmp_path_factory.mktemp("models") / request.param
    save_model(K2Model(K2Config.preset("k2-debug")).initialize(1), path, format="bf16")
    Tokenizer.bytes_only().save(path)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(["generate", *map(str, arguments)])
    assert isinstance(caught.value.code, int)
    return (caught.value.code, *capsys.readouterr())


def test_json_is_one_object_and_the_same_for_the_same_seed(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = []
    for _ in range(2):
        arguments = (directory, "--prompt", "ab", "--max-tokens", 5, "--temperature", 1, "--seed", 7, "--json")
        status, out, _ = run(capsys, *arguments)
        assert status == 0
        results.append(json.loads(out))
    assert results[0]["prompt_tokens"] == 2
    assert len(results[0]["token_ids"]) == results[0]["completion_tokens"] <= 5
    assert results[0]["finish_reason"] in ("stop", "length")
    assert [one["token_ids"] for one in results] == [results[0]["token_ids"]] * 2


def test_text_goes_to_standard_output_as_it_is_generated(
    directory: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("ab"))
    status, shown, note = run(capsys, directory, "--max-tokens", 5, "--temperature", 0)
    assert status == 0
    assert "tokens in" in note
    _, out, _ = run(capsys, directory, "--prompt", "ab", "--max-tokens", 5, "--temperature", 0, "--json")
    assert shown == json.loads(out)["text"] + "\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("no-such-model", "--prompt", "a"), "no model 'no-such-model'"),
        (("openai:k2@http://localhost:1/v1", "--prompt", "a"), "accepted here: a name or a directory"),
        (("{directory}", "--prompt", ""), "the prompt is empty"),
        (("{directory}", "--prompt", "a" * 3000), "the prompt has 3000 tokens; accepted: at most 2047"),
        (("{directory}", "--prompt", "a", "--temperature", "-1"), "temperature is -1.0"),
    ],
)
def test_whatever_is_wrong_ends_in_one_line(
    directory: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    status, out, err = run(capsys, *(argument.format(directory=directory) for argument in arguments))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_a_directory_opens_an_engine_in_float32_named_after_it(directory: Path) -> None:
    backend = open_backend(str(directory))
    assert isinstance(backend, EngineBackend)
    assert backend.name == directory.name
    assert backend.style == ("thinking" if "thinking" in directory.name else "instruct")
    assert backend.context_length == 2048
    backend.engine.close()


def test_an_address_opens_a_remote_backend() -> None:
    backend = open_backend("openai:moonshotai/kimi-k2@https://api.example.com/v1")
    assert isinstance(backend, RemoteBackend)
    assert backend.name == "moonshotai/kimi-k2"


@pytest.mark.parametrize("model", ["openai:", "openai:k2", "openai:@http://x/v1", "openai:k2@", "openai:k2@ftp://x"])
def test_a_malformed_address_is_refused(model: str) -> None:
    with pytest.raises(RequestError, match="accepted"):
        open_backend(model)


def test_weights_of_a_remote_model_cannot_be_opened() -> None:
    with pytest.raises(OpenK2Error, match="accepted here"):
        open_engine("openai:k2@http://localhost:1/v1")


@pytest.mark.parametrize(
    ("text", "size"), [("8GB", 8 * 10**9), ("1.5 GiB", 3 * 2**29), ("700", 700), ("20MB", 2 * 10**7), ("1TiB", 2**40)]
)
def test_sizes_of_memory(text: str, size: int) -> None:
    assert memory_size(text) == size


@pytest.mark.parametrize("text", ["", "GB", "eight GB", "8XB", "8G B"])
def test_no_sizes_of_memory(text: str) -> None:
    with pytest.raises(RequestError, match="accepted: a number and KB"):
        memory_size(text)


def test_experts_that_may_not_be_in_memory_stay_on_disk_and_the_output_is_the_same(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--prompt", "Once", "--max-tokens", 6, "--seed", 1, "--json")
    code, expected, said = run(capsys, directory, *options)
    assert (code, "stay on disk" in said) == (0, False)
    code, got, said = run(capsys, directory, *options, "--expert-memory", "150KB")
    assert code == 0
    assert "routed experts stay on disk" in said
    assert json.loads(got)["token_ids"] == json.loads(expected)["token_ids"]
    code, _, said = run(capsys, directory, *options, "--expert-memory", "1KB")
    assert code == 2
    assert "expert memory is 1,000 bytes; needed" in said


def test_experts_stay_on_disk_where_the_model_does_not_fit_the_free_memory(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    size = (directory / "model.safetensors").stat().st_size
    monkeypatch.setattr("openk2.engine.memory.available_memory", lambda: RESERVE + size)
    with open_engine(str(directory)) as engine:
        assert "experts" not in engine.load.others
    monkeypatch.setattr("openk2.engine.memory.available_memory", lambda: RESERVE + size - 1)
    with open_engine(str(directory)) as engine:
        assert engine.load.others["experts"] == dict.fromkeys(engine.load.others["experts"], 0)
    assert "routed experts stay on disk" in capsys.readouterr().err
    monkeypatch.setattr("openk2.engine.memory.available_memory", lambda: RESERVE // 2)
    with pytest.raises(EngineError, match=r"1\.1 GB of memory are free; needed: 2\.\d GB"):
        open_engine(str(directory))
