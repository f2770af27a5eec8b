"""Other people's clients, family by family: what each one installs, and the script that sends it on its errand.

Every family has a virtual environment of its own, since their requirements contradict each other. They are made once
and kept in `.venv-clients/`. An outcome is one of three: passed, failed, or not installed, which is not passed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ENVIRONMENTS = ROOT / ".venv-clients"


@dataclass(frozen=True)
class Family:
    """Clients that are installed and tried together."""

    name: str
    packages: tuple[str, ...]
    script: str
    seconds: float = 300
    """The errand may take so long."""


FAMILIES = (
    Family("openai-2", ("openai<3",), "openai_client.py"),
    Family("openai-3", ("openai>=3",), "openai_client.py"),
    Family("anthropic", ("anthropic",), "anthropic_client.py"),
    Family("litellm", ("litellm",), "litellm_client.py"),
    Family("langchain", ("langchain-openai", "langchain-anthropic"), "langchain_client.py"),
    Family("llama-index", ("llama-index-llms-openai-like",), "llama_index_client.py"),
    Family("pydantic-ai", ("pydantic-ai-slim[openai,anthropic]",), "pydantic_ai_client.py"),
    Family("lm-eval", ("lm-eval[api]",), "lm_eval_client.py", 600),
    Family("inspect", ("inspect-ai", "openai"), "inspect_client.py", 600),
    Family("schemathesis", ("schemathesis",), "schemathesis_client.py", 1800),
)


@dataclass(frozen=True)
class Outcome:
    """How the errand of a family ended."""

    family: str
    outcome: Literal["passed", "failed", "not installed"]
    seconds: float
    reason: str = ""
    """Why it did not pass, in one line or as the client's own last lines."""
    figures: dict[str, Any] = field(default_factory=dict)
    """Versions, and what else the script reports."""


def install(family: Family) -> str:
    """Make the environment of a family where it is missing; returns why that failed, or an empty text."""
    place = ENVIRONMENTS / family.name
    stamp = place / "installed"
    wanted = "\n".join(family.packages)
    if stamp.is_file() and stamp.read_text() == wanted:
        return ""
    steps = (
        [sys.executable, "-m", "venv", str(place)],
        [str(_python(family)), "-m", "pip", "install", *family.packages],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True)
        if done.returncode:
            return next(reversed((done.stderr or done.stdout).strip().splitlines()), f"{step[2]} failed")
    stamp.write_text(wanted)
    return ""


def try_out(family: Family, address: str) -> Outcome:
    """Install a family and send it on its errand to the server at `address`."""
    missing = install(family)
    if missing:
        return Outcome(family.name, "not installed", 0, missing)
    start = time.monotonic()
    try:
        done = subprocess.run(
            [str(_python(family)), str(HERE / family.script)],
            env=_surroundings(address),
            capture_output=True,
            text=True,
            timeout=family.seconds,
        )
    except subprocess.TimeoutExpired:
        return Outcome(family.name, "failed", family.seconds, f"not done after {family.seconds:.0f} s")
    seconds = round(time.monotonic() - start, 1)
    last = next(reversed(done.stdout.strip().splitlines()), "")
    try:
        told = json.loads(last)
    except json.JSONDecodeError:
        told = None
    if done.returncode or not isinstance(told, dict) or told.pop("passed", None) is not True:
        return Outcome(family.name, "failed", seconds, f"{done.stdout}\n{done.stderr}".strip()[-3000:])
    return Outcome(family.name, "passed", seconds, figures=told)


@contextmanager
def nano_server() -> Iterator[str]:
    """`openk2 serve k2-nano` on a free port; yields its address. Raises RuntimeError where it does not start."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "openk2", "serve", "k2-nano", "--port", "0", "--data-dir", folder]
        server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            assert server.stdout is not None
            said = ""
            for line in server.stdout:
                said += line
                found = re.search(r"OpenAI API (http://\S+)/v1", line)
                if found:
                    break
            else:
                raise RuntimeError(f"the server did not start: {said}")
            drain = subprocess.Popen(["cat"], stdin=server.stdout, stdout=subprocess.DEVNULL)
            try:
                yield found.group(1)
            finally:
                server.terminate()
                server.wait(60)
                drain.wait(10)
        finally:
            if server.poll() is None:
                server.kill()


def _python(family: Family) -> Path:
    return ENVIRONMENTS / family.name / "bin" / "python"


def _surroundings(address: str) -> dict[str, str]:
    """What the script is told. Nothing of this shell's own keys and addresses, and nobody reports anything home."""
    own = ("OPENAI_", "ANTHROPIC_", "LANG", "PYTHON", "HTTP", "http", "ALL_PROXY", "all_proxy")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return kept | {
        "OPENK2_ADDRESS": address,
        "OPENK2_PYTHON": sys.executable,
        "LANG": "C.UTF-8",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LANGSMITH_TRACING": "false",
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "DO_NOT_TRACK": "1",
        "NO_PROXY": "127.0.0.1,localhost",
    }
