"""A script: renders chat templates in a sandboxed Jinja, in a process of its own whose time and memory are limited.

Reads `{"dialogues": [{"template", "variables"}], "limits": {"seconds", "memory", "characters"}}` as JSON from standard
input and writes one `{"text"}` or `{"error"}` per dialogue as a JSON list. The environment offers templates
what transformers offers them: block trimming, `break` and `continue`, `tojson` with json.dumps' options and without
HTML escapes, `raise_exception` and `strftime_now`. Imports nothing of openk2.
"""

import json
import sys
from contextlib import suppress
from datetime import datetime
from typing import Any, NoReturn

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment


def environment() -> ImmutableSandboxedEnvironment:
    """Jinja as chat templates expect it."""
    made = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    made.filters["tojson"] = _tojson
    made.globals["raise_exception"] = _raise_exception
    made.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    return made


def answer(request: dict[str, Any]) -> list[dict[str, str]]:
    """Each dialogue rendered, or in one line why its template does not render it."""
    jinja, longest = environment(), request["limits"]["characters"]
    answers = []
    for dialogue in request["dialogues"]:
        try:
            answers.append({"text": render(jinja, dialogue["template"], dialogue["variables"], longest)})
        except MemoryError:
            answers.append({"error": "needs more memory than a template may have"})
        except Exception as error:
            answers.append({"error": " ".join(f"{type(error).__name__}: {error}".split())})
    return answers


def render(jinja: ImmutableSandboxedEnvironment, template: str, variables: dict[str, Any], longest: int) -> str:
    """What the template writes; raises TemplateError when that is more than `longest` characters."""
    pieces, length = [], 0
    for piece in jinja.from_string(template).generate(**variables):
        pieces.append(piece)
        length += len(piece)
        if length > longest:
            raise TemplateError(f"writes more than {longest} characters")
    return "".join(pieces)


def limit(seconds: int, memory: int) -> None:
    """Let the system end this process when it takes too long or too much; where it cannot, the parent's clock does."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory)):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def main() -> None:
    """Answer the one request on standard input."""
    request = json.load(sys.stdin)
    limit(request["limits"]["seconds"], request["limits"]["memory"])
    json.dump(answer(request), sys.stdout)


def _tojson(
    value: object,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _raise_exception(message: str) -> NoReturn:
    raise TemplateError(message)


if __name__ == "__main__":
    main()
