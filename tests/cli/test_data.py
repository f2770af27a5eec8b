"""`openk2 data` and `openk2 tokenizer` from the outside: files in, files and one JSON object out."""

import json
from pathlib import Path

import pytest

from openk2.chat.tokenizer import Tokenizer
from openk2.cli.main import main
from openk2.data.sources import SOURCES

BAD_RECIPES = {
    "no TOML": ("output =", "not valid TOML"),
    "no output": ("", "missing key 'output'"),
    "unknown key": ('output = "c"\nsed = 1\n[[source]]\nname = "squad"', "unknown key 'sed'; accepted: output, source"),
    "wrong type": ('output = "c"\nseed = "1"\n[[source]]\nname = "squad"', "seed: must be an integer, not the string"),
    "unknown source": ('output = "c"\n[[source]]\nname = "wikipdia"', "unknown source 'wikipdia'; known: "),
    "missing folder": ('output = "c"\n[[source]]\nname = "files"\npath = "nowhere"', "nowhere does not exist"),
}


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    assert isinstance(caught.value.code, int)
    out, err = capsys.readouterr()
    return caught.value.code, out, err


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe over a folder of notes, in the current directory."""
    monkeypatch.chdir(tmp_path)
    Tokenizer.bytes_only().save(tmp_path / "bytes")
    (tmp_path / "notes").mkdir()
    for number in range(30):
        text = f"Note {number} says that {number * 7} of the {number + 2} visitors came on day {number}.\n" * 3
        (tmp_path / "notes" / f"{number}.txt").write_text(text)
    path = tmp_path / "recipe.toml"
    path.write_text(
        f'output = "corpus"\n[[source]]\nname = "files"\npath = "notes"\n[tokenizer]\npath = "{tmp_path / "bytes"}"\n'
    )
    return path


@pytest.mark.parametrize("name", BAD_RECIPES)
def test_a_bad_recipe_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    text, fragment = BAD_RECIPES[name]
    (tmp_path / "bad.toml").write_text(text)
    status, out, err = run(capsys, "data", "build", "bad.toml")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("openk2: ")
    assert fragment in err


def test_build_prints_one_json_object_alone_and_verify_agrees(capsys: pytest.CaptureFixture[str], recipe: Path) -> None:
    status, out, err = run(capsys, "data", "build", recipe, "--json")
    assert status == 0
    report = json.loads(out)
    assert report["kinds"]["english"]["tokens"] == report["tokens"] > 0
    assert "documents/english.jsonl" in err
    status, out, _ = run(capsys, "data", "verify", "corpus/shards", "--json")
    assert (status, json.loads(out)) == (0, {"sound": True, "tokens": {"corpus/shards/english": report["tokens"]}})


def test_verify_names_the_corrupt_shard(capsys: pytest.CaptureFixture[str], recipe: Path) -> None:
    run(capsys, "data", "build", recipe)
    shard = Path("corpus/shards/english/00000.bin")
    content = bytearray(shard.read_bytes())
    content[0] ^= 1
    shard.write_bytes(content)
    status, _, err = run(capsys, "data", "verify", "corpus/shards")
    assert status == 2
    assert err.startswith(f"openk2: {shard}: corrupt, ")
    shard.unlink()
    run(capsys, "data", "build", recipe)
    assert run(capsys, "data", "verify", "corpus/shards")[0] == 0


def test_verify_of_a_folder_without_shards_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, _, err = run(capsys, "data", "verify", tmp_path)
    assert status == 2
    assert "holds no shards" in err


def test_an_output_that_is_a_file_is_one_line(capsys: pytest.CaptureFixture[str], recipe: Path) -> None:
    status, _, err = run(capsys, "data", "build", recipe, "--out", recipe)
    assert (status, err.count("\n")) == (2, 1)
    assert "recipe.toml" in err


def test_a_build_that_is_interrupted_says_how_to_go_on(
    capsys: pytest.CaptureFixture[str], recipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("openk2.data.build.build_parts", interrupt)
    status, out, err = run(capsys, "data", "build", recipe)
    assert (status, out, err) == (130, "", "stopped; the same command goes on from here\n")


def test_sources_lists_every_source_with_its_licence(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "data", "sources")
    assert status == 0
    assert len(out.splitlines()) == len(SOURCES)
    assert all(source.licence in out for source in SOURCES.values())


def test_a_tokenizer_is_trained_on_documents(capsys: pytest.CaptureFixture[str], recipe: Path) -> None:
    run(capsys, "data", "build", recipe)
    status, out, err = run(
        capsys,
        "tokenizer",
        "train",
        "corpus/documents",
        "--out",
        "trained",
        "--vocab-size",
        540,
        "--share",
        "english=2",
    )
    assert (status, out) == (0, "")
    assert err.endswith("trained: 540 ids\n")
    assert Tokenizer.from_directory("trained").vocab_size == 540
