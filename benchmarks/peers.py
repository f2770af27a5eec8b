"""One speed of openk2, llama.cpp or transformers, each measured in a process of its own, at the same shape and width.

llama.cpp: `llama-bench`, and `llama-batched-bench` beside it for several sequences at a time. Its files come from
`random_gguf.py` and are made where they are missing.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import random_gguf

from openk2.config import K2Config

GGUF_TYPES = {"bf16": "bf16", "int8": "q8_0", "int4-all": "q4_0"}
"""Weights of ours → the number type of a GGUF file with as many bits."""
PROMPT_OF_A_BATCH = 8
"""Tokens before the new ones where several sequences are decoded; llama-batched-bench wants some."""


DEEPEST = 16_384
"""Tokens of depth up to which llama.cpp is measured: it computes them first, which takes a minute for 8,192."""


class ProgramFailed(Exception):
    """A program that measures ended with an error."""


@dataclass(frozen=True)
class Setup:
    """What is measured."""

    mode: str
    """`decode` or `prefill`."""
    preset: str
    weights: str
    batch: int = 1
    depth: int = 0
    prompt: int = 512
    """Of prefill."""
    tokens: int = 64
    """Of decode."""
    repeats: int = 3
    """Timed inside one process."""
    threads: int = 2

    @property
    def name(self) -> str:
        """In a few words."""
        words = [self.preset, self.weights, self.mode]
        words += [f"{self.prompt}"] if self.mode == "prefill" else []
        words += [f"batch {self.batch}"] if self.batch > 1 else []
        words += [f"depth {self.depth:,}"] if self.depth else []
        return " ".join(words)


class Openk2:
    """This project, by its own command."""

    name = "openk2"

    def __init__(self, kernels: str = "auto") -> None:
        self._kernels = kernels

    def covers(self, setup: Setup) -> bool:
        """Everything."""
        return True

    def measure(self, setup: Setup) -> dict[str, Any]:
        """What `openk2 bench` prints."""
        s = setup
        command = [sys.executable, "-m", "openk2", "bench", s.mode, "--preset", s.preset, "--weights", s.weights]
        numbers = {"batch": s.batch, "depth": s.depth, "threads": s.threads, "repeats": s.repeats}
        numbers |= {"prompt": s.prompt} if s.mode == "prefill" else {"tokens": s.tokens}
        if s.mode == "decode" and s.batch > 1:
            numbers["prompt"] = PROMPT_OF_A_BATCH
        for name, number in numbers.items():
            command += [f"--{name}", str(number)]
        found: dict[str, Any] = json.loads(output([*command, "--kernels", self._kernels, "--json"]))
        return found


class LlamaCpp:
    """llama.cpp, by its own programs."""

    name = "llama.cpp"

    def __init__(self, llama_bench: Path, models: Path, flags: tuple[str, ...] = ()) -> None:
        """`flags` are added to the command lines."""
        self._bench, self._models, self._flags = llama_bench, models, flags
        if not llama_bench.is_file():
            raise SystemExit(f"{llama_bench}: no such file; accepted: the path of llama.cpp's llama-bench")

    def covers(self, setup: Setup) -> bool:
        """What has a number type of the same width, and is not too deep to wait for."""
        return setup.weights in GGUF_TYPES and setup.depth <= DEEPEST

    def measure(self, setup: Setup) -> dict[str, Any]:
        """The median of the repeats."""
        s, model = setup, str(self._model(setup))
        common = ["-m", model, "-t", str(s.threads), *self._flags]
        if s.mode == "decode" and s.batch > 1:
            program = str(self._bench.with_name("llama-batched-bench"))
            room = s.batch * (PROMPT_OF_A_BATCH + s.tokens + 8)
            run = ["-c", str(room), "-npp", str(PROMPT_OF_A_BATCH), "-ntg", str(s.tokens), "-npl", str(s.batch)]
            lines = output([program, *common, "-tb", str(s.threads), *run, "--output-format", "jsonl"]).splitlines()
            return {"tokens_per_second": next(json.loads(line)["speed_tg"] for line in lines if line.startswith("{"))}
        prompt, tokens = (s.prompt, 0) if s.mode == "prefill" else (0, s.tokens)
        run = ["-p", str(prompt), "-n", str(tokens), "-d", str(s.depth), "-r", str(s.repeats), "-o", "json"]
        [found] = json.loads(output([str(self._bench), *common, *run]))
        return {"tokens_per_second": statistics.median(found["samples_ts"])}

    def version(self) -> str:
        """Commit, and the instruction sets it was built for where its build folder says so."""
        lines = subprocess.run([str(self._bench), "--version"], capture_output=True, text=True, check=True)
        said = next((line for line in (lines.stdout + lines.stderr).splitlines() if line.startswith("version")), "")
        cache = self._bench.parent.parent / "CMakeCache.txt"
        if not cache.is_file():
            return said
        on = [line.split(":")[0] for line in cache.read_text().splitlines() if line.endswith(":BOOL=ON")]
        sets = [name.removeprefix("GGML_") for name in on if name.startswith(("GGML_AVX", "GGML_AMX", "GGML_NATIVE"))]
        return f"{said}, built with {', '.join(sets)}"

    def _model(self, setup: Setup) -> Path:
        type = GGUF_TYPES[setup.weights]
        file = self._models / f"{setup.preset}-{type}.gguf"
        if not file.exists():
            random_gguf.write(file, K2Config.preset(setup.preset), setup.preset, random_gguf.TYPES[type])
        return file


class Transformers:
    """transformers' own model of the shape, with its own choice of attention and experts."""

    name = "transformers"

    def covers(self, setup: Setup) -> bool:
        """Prompts in bfloat16."""
        return setup.mode == "prefill" and setup.weights == "bf16" and setup.batch == 1 and not setup.depth

    def measure(self, setup: Setup) -> dict[str, Any]:
        """The median of the repeats."""
        script = Path(__file__).with_name("transformers_prefill.py")
        numbers = {"prompt": setup.prompt, "threads": setup.threads, "repeats": setup.repeats}
        options = [word for name, number in numbers.items() for word in (f"--{name}", str(number))]
        found: dict[str, Any] = json.loads(output([sys.executable, str(script), setup.preset, *options]))
        return found


Peer = Openk2 | LlamaCpp | Transformers


def output(command: list[str]) -> str:
    """What a program prints; raises ProgramFailed with its last words where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = " / ".join(done.stderr.split("\n")[-4:])
        raise ProgramFailed(f"{' '.join(command)} ended with status {done.returncode}: {last}")
    return done.stdout
