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
from openk2.cli.models import open_backend, open_engine
from openk2.config import K2Config
from openk2.engine.backend import EngineBackend
from openk2.errors import OpenK2Error, RequestError
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
