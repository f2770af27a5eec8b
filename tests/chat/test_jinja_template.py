"""A checkpoint's own chat template: found where checkpoints keep it, run as transformers runs it, and held in."""

import importlib.util
import json
from pathlib import Path

import pytest

pytest.importorskip("jinja2", reason="chat templates are run by jinja2: pip install 'openk2[jinja]'")

from openk2.chat import jinja_template
from openk2.chat.jinja_template import CheckpointTemplate, Dialogue, Rendered
from openk2.errors import ChatError

HI = Dialogue([{"role": "user", "content": "Hi <b>&</b>"}])


def run(template: str, dialogue: Dialogue = HI) -> Rendered:
    (rendered,) = CheckpointTemplate(Path("chat_template.jinja"), template).render([dialogue])
    return rendered


def text(template: str, dialogue: Dialogue = HI) -> str:
    rendered = run(template, dialogue)
    assert rendered.error is None
    assert rendered.text is not None
    return rendered.text


def test_blocks_are_trimmed_and_content_is_not_escaped() -> None:
    assert text("  {% for m in messages %}\n  {{ m.content }}\n  {% endfor %}\nend\n") == "  Hi <b>&</b>\nend"


def test_loops_can_be_left_and_continued() -> None:
    skipping = "{% if i == 1 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}"
    assert text(f"{{% for i in range(9) %}}{skipping}{{{{ i }}}}{{% endfor %}}") == "023"


def test_tojson_takes_the_options_of_json_dumps_and_escapes_nothing() -> None:
    value = Dialogue([{"role": "user", "content": {"b": "天 <&>", "a": [1]}}])
    assert text("{{ messages[0].content | tojson }}", value) == '{"b": "天 <&>", "a": [1]}'
    compact = "{{ messages[0].content | tojson(separators=(',', ':'), sort_keys=True, ensure_ascii=True) }}"
    assert text(compact, value) == '{"a":[1],"b":"\\u5929 <&>"}'


def test_the_keys_of_tools_are_sorted_at_every_depth_and_no_tools_are_none() -> None:
    tools = [{"type": "function", "function": {"name": "f", "parameters": {"b": [{"d": 1, "c": 2}], "a": 0}}}]
    rendered = text("{{ tools | tojson }}", Dialogue(HI.messages, tools))
    assert (
        rendered == '[{"function": {"name": "f", "parameters": {"a": 0, "b": [{"c": 2, "d": 1}]}}, "type": "function"}]'
    )
    assert text("{{ tools is none }}{{ add_generation_prompt }}") == "TrueTrue"


def test_a_template_may_refuse_a_dialogue_and_the_others_are_rendered() -> None:
    template = CheckpointTemplate(
        Path("t"), "{% if messages | length > 1 %}{{ raise_exception('one message\nonly') }}{% endif %}ok"
    )
    assert template.render([HI, Dialogue([*HI.messages, *HI.messages]), HI]) == [
        Rendered("ok"),
        Rendered(None, "TemplateError: one message only"),
        Rendered("ok"),
    ]


@pytest.mark.parametrize(
    ("template", "error"),
    [
        ("{{ messages.append(1) }}", "SecurityError: "),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "SecurityError: "),
        ("{{ cycler.__init__.__globals__.os.system('true') }}", "SecurityError: "),
        ("{% include '/etc/passwd' %}", "TypeError: "),
        ("{% if %}", "TemplateSyntaxError: "),
        ("{{ nothing.at.all }}", "UndefinedError: "),
        ("{% set x = 'a' * 10**11 %}", "needs more memory"),
        ("{% for i in range(100000) %}{{ 'a' * 1000 }}{% endfor %}", "writes more than 10000000 characters"),
    ],
)
def test_a_template_that_reaches_out_is_held_in(template: str, error: str) -> None:
    rendered = run(template)
    assert rendered.text is None
    assert error in str(rendered.error)


def test_a_template_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jinja_template, "_SECONDS", 1)
    forever = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    with pytest.raises(
        ChatError, match=r"chat_template\.jinja: the template was stopped; accepted: one that needs 1 s"
    ):
        run(forever)


def test_without_jinja2_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ChatError, match=r"needs jinja2; install it with: pip install 'openk2\[jinja\]'"):
        run("")


def test_a_jinja2_that_cannot_do_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text("raise ImportError('no ImmutableSandboxedEnvironment')")
    monkeypatch.setattr(jinja_template, "_WORKER", worker)
    with pytest.raises(ChatError, match=r"cannot be run with the jinja2 that is installed: ImportError: no Immutable"):
        run("")


def test_the_template_is_read_from_its_own_file_or_from_the_tokenizers_configuration(tmp_path: Path) -> None:
    assert CheckpointTemplate.read(tmp_path) is None
    config = {
        "bos_token": "[BOS]",
        "eos_token": {"content": "[EOS]", "special": True},
        "add_bos_token": False,
        "chat_template": "{{ bos_token }}{{ eos_token }}",
    }
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    found = CheckpointTemplate.read(tmp_path)
    assert found is not None
    assert found.file.name == "tokenizer_config.json"
    assert found.render([HI]) == [Rendered("[BOS][EOS]")]
    (tmp_path / "chat_template.jinja").write_text("天{{ eos_token }}", "utf-8")
    found = CheckpointTemplate.read(tmp_path)
    assert found is not None
    assert found.render([HI]) == [Rendered("天[EOS]")]


def test_where_two_templates_are_named_tools_choose_theirs(tmp_path: Path) -> None:
    named = [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "tools"}]
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": named}))
    found = CheckpointTemplate.read(tmp_path)
    assert found is not None
    assert [r.text for r in found.render([HI, Dialogue(HI.messages, [{"a": 1}]), HI])] == ["plain", "tools", "plain"]


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        ("{", "not readable as JSON"),
        ("[]", "holds list; accepted: a JSON object"),
        ('{"chat_template": 3}', "chat_template: accepted: text, or a list"),
        ('{"chat_template": [{"name": "other", "template": ""}]}', "with a 'default'"),
        (json.dumps({"chat_template": "x" * 1_000_001}), "has 1000001 characters; accepted: 1000000 at most"),
    ],
)
def test_a_template_that_cannot_be_read_is_named(tmp_path: Path, config: str, complaint: str) -> None:
    (tmp_path / "tokenizer_config.json").write_text(config)
    with pytest.raises(ChatError, match=rf"tokenizer_config\.json: .*{complaint}"):
        CheckpointTemplate.read(tmp_path)


def test_a_template_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "chat_template.jinja").write_bytes(b"\xff")
    with pytest.raises(ChatError, match=r"chat_template\.jinja: cannot be read as text"):
        CheckpointTemplate.read(tmp_path)
