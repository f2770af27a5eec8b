"""Where a server's settings come from, and what is said of those that cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from openk2.cli.main import main
from openk2.errors import ServerError
from openk2.server import ServerSettings
from openk2.server.configuration.reader import read_configuration
from openk2.server.configuration.sections import ReplicaSection, ServeSection


def written(folder: Path, text: str) -> Path:
    file = folder / "openk2.toml"
    file.write_text(text)
    return file


def test_each_layer_overrides_those_before_it(tmp_path: Path) -> None:
    file = written(tmp_path, "[server]\nport = 1\nmax_requests = 2\nmax_batch = 3\n")
    environment = {"OPENK2_SERVER__MAX_REQUESTS": "20", "OPENK2_SERVER__MAX_BATCH": "30", "OPENK2_KERNELS": "avx2"}
    read = read_configuration(file, environment, {"max_batch": 300, "host": None})
    values = {name: (read.settings[name].value, read.settings[name].source) for name in read.settings}
    assert values["host"] == ("127.0.0.1", "default")
    assert values["port"] == (1, str(file))
    assert values["max_requests"] == (20, "OPENK2_SERVER__MAX_REQUESTS")
    assert values["max_batch"] == (300, "--max-batch")
    assert read.section(ServeSection).max_batch == 300
    assert read.section(ServerSettings, allowed_hosts=None).max_requests == 20


def test_the_file_of_the_working_directory_is_read_where_no_other_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_configuration(None, {}, {}).settings["port"].value == 8000
    written(tmp_path, "[server]\nport = 9\n")
    assert read_configuration(None, {}, {}).settings["port"].value == 9


def test_models_and_their_replicas(tmp_path: Path) -> None:
    text = """
    [[model]]
    name = "k2"
    aliases = ["gpt-4o"]
    route = "least"
    hedge_seconds = 2
    [[model.replica]]
    backend = "vllm:/models/k2"
    python = "/opt/vllm/bin/python"
    arguments = ["--tensor-parallel-size", "8"]
    [[model.replica]]
    backend = "openai:kimi-k2@https://api.example/v1"
    api_key = "sk-secret"
    fallback = true
    """
    (model,) = read_configuration(written(tmp_path, text), {}, {}).models
    assert (model.name, model.aliases, model.route, model.hedge_seconds) == ("k2", ("gpt-4o",), "least", 2.0)
    assert model.replica[0].arguments == ("--tensor-parallel-size", "8")
    assert model.replica[1] == ReplicaSection(
        "openai:kimi-k2@https://api.example/v1", fallback=True, api_key="sk-secret"
    )


def test_tables_within_the_server_have_keys_and_variables_of_their_own(tmp_path: Path) -> None:
    file = written(tmp_path, "[server.files]\nfiles = 7\n")
    read = read_configuration(file, {"OPENK2_SERVER__FILES__FILE_BYTES": "9"}, {})
    limits = read.section(ServerSettings).files
    assert (limits.files, limits.file_bytes) == (7, 9)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[server]\nprot = 1", "server.prot is not a setting; did you mean 'port'?"),
        ("[servr]\nport = 1", "servr is not a setting; did you mean 'server'?"),
        ("[server]\nzzz = 1", "server.zzz is not a setting; accepted: "),
        ("[server]\nport = 'high'", "server.port is 'high'; accepted: a whole number"),
        ("[server]\nport = true", "server.port is True; accepted: a whole number"),
        ("[server]\nallow_host = 'a'", "server.allow_host is 'a'; accepted: a list of texts"),
        ("[server]\nlog_format = 'xml'", "server.log_format is 'xml'; accepted: auto, json, console"),
        ("server = 1", "server is 1; accepted: a table"),
        ("model = 1", "model is 1; accepted: a list of tables, written as [[model]]"),
        ("[[model]]\nname = 'k2'", "model[0].replica is missing; accepted: a list of tables"),
        ("[[model]]\nname = 'k2'\nreplica = []", "model[0].replica is empty"),
        ("[[model]]\nname='k2'\nreplica=[{backend='a', wieght=2}]", "model[0].replica[0].wieght is not a setting; did"),
        ("[server\n", "not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_one_line_with_its_place(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(ServerError) as refused:
        read_configuration(written(tmp_path, text), {}, {})
    assert f"openk2.toml: {what}" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("variable", "text", "what"),
    [
        ("OPENK2_SERVER__PROT", "1", "OPENK2_SERVER__PROT is not a setting; did you mean 'port'?"),
        ("OPENK2_SEVRER__PORT", "1", "OPENK2_SEVRER__PORT is not a setting; did you mean 'server'?"),
        ("OPENK2_SERVER__PORT", "high", "OPENK2_SERVER__PORT is 'high'; accepted: a whole number"),
        ("OPENK2_SERVER__LOG_PROMPTS", "maybe", "OPENK2_SERVER__LOG_PROMPTS is 'maybe'; accepted: true or false"),
    ],
)
def test_a_mistake_in_the_environment_is_one_line_with_its_name(variable: str, text: str, what: str) -> None:
    with pytest.raises(ServerError) as refused:
        read_configuration(None, {variable: text}, {})
    assert str(refused.value) == what


def test_texts_of_the_environment_have_the_type_of_their_key() -> None:
    environment = {
        "OPENK2_SERVER__LOG_PROMPTS": "true",
        "OPENK2_SERVER__ALLOW_HOST": "a.example, b.example",
        "OPENK2_SERVER__DRAIN_SECONDS": "7",
        "OPENK2_SERVER__EXPERT_MEMORY": "",
        "OPENK2_SERVER__DATA_DIR": "/data",
    }
    settings = read_configuration(None, environment, {}).settings
    assert settings["log_prompts"].value is True
    assert settings["allow_host"].value == ("a.example", "b.example")
    assert settings["drain_seconds"].value == 7.0
    assert settings["expert_memory"].value is None
    assert settings["data_dir"].value == Path("/data")


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="cannot be read"):
        read_configuration(tmp_path / "none.toml", {}, {})


def test_config_show_gives_each_value_its_source_and_masks_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = """
    [server]
    port = 9000
    signing_secret = "very secret"
    [[model]]
    name = "k2"
    replica = [{ backend = "openai:k2@http://host/v1", api_key = "sk-secret" }]
    """
    file = written(tmp_path, text)
    monkeypatch.setenv("OPENK2_SERVER__RESPONSE_CACHE", "redis://me:secret@host")
    for more in ([], ["--json"]):
        with pytest.raises(SystemExit) as ended:
            main(["config", "show", "--config", str(file), *more])
        assert ended.value.code == 0
        shown = capsys.readouterr().out
        assert "very secret" not in shown
        assert "sk-secret" not in shown
        assert "me:secret" not in shown
    told = json.loads(shown)
    assert told["server"]["port"] == {"value": 9000, "source": str(file)}
    assert told["server"]["response_cache"] == {
        "value": "redis://me:***@host",
        "source": "OPENK2_SERVER__RESPONSE_CACHE",
    }
    assert told["server"]["host"] == {"value": "127.0.0.1", "source": "default"}
    assert told["model"][0]["replica"][0]["api_key"] == "***"
