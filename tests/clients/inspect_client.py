"""inspect-ai over `/v1/chat/completions`: a task of its own, greedy answers scored against the model's own.

Passes where every answer is, letter by letter, what the model says without a server.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from errand import ADDRESS, MODEL, passed
from evaluation_items import GREETING_TOKENS, GREETINGS

TASK = """
from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import exact
from inspect_ai.solver import generate


@task
def greetings():
    config = GenerateConfig(temperature=0, max_tokens={tokens})
    return Task(dataset=json_dataset({file!r}), solver=generate(), scorer=exact(), config=config)
"""


def main() -> None:
    """Run the task and read its log."""
    items = Path(__file__).with_name("evaluation_items.py")
    own = json.loads(subprocess.run([os.environ["OPENK2_PYTHON"], items], capture_output=True, check=True).stdout)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        data = folder / "items.jsonl"
        pairs = zip(GREETINGS, own["answers"], strict=True)
        data.write_text("".join(json.dumps({"input": asked, "target": said}) + "\n" for asked, said in pairs))
        (folder / "greetings.py").write_text(TASK.format(tokens=GREETING_TOKENS, file=str(data)))
        command = [sys.executable, "-m", "inspect_ai", "eval", "greetings.py", "--model", f"openai-api/k2/{MODEL}"]
        command += ["--display", "plain", "--log-dir", str(folder / "logs"), "--log-format", "json"]
        key = {"K2_BASE_URL": f"{ADDRESS}/v1", "K2_API_KEY": "none"}
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, env=os.environ | key)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"[-3000:]
        (log,) = (json.loads(file.read_text()) for file in (folder / "logs").glob("*.json"))
    assert log["status"] == "success", log["status"]
    told = {sample["input"]: sample["output"]["choices"][0]["message"]["content"] for sample in log["samples"]}
    for asked, said in zip(GREETINGS, own["answers"], strict=True):
        assert told[asked] == said, (asked, told[asked], said)
    passed("inspect_ai", answers=len(told))


if __name__ == "__main__":
    main()
