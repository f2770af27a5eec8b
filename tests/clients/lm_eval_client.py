"""lm-evaluation-harness over `/v1/completions`: token-id prompts, `echo` and log-probabilities, the server's tokenizer.

Passes where its log-probability of every choice is the engine's own within 0.0001, and so is its accuracy.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from errand import ADDRESS, MODEL, passed
from evaluation_items import ITEMS, item_lines

TASK = """
task: openk2_next
dataset_path: json
dataset_kwargs:
  data_files:
    test: {file}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{question}}}}"
doc_to_choice: choices
doc_to_target: answer
target_delimiter: ""
num_fewshot: 0
metric_list:
  - metric: acc
"""


def main() -> None:
    """Run the task and compare."""
    items = Path(__file__).with_name("evaluation_items.py")
    own = json.loads(subprocess.run([os.environ["OPENK2_PYTHON"], items], capture_output=True, check=True).stdout)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        data = folder / "items.jsonl"
        data.write_text(item_lines())
        (folder / "next.yaml").write_text(TASK.format(file=data))
        arguments = f"base_url={ADDRESS}/v1/completions,model={MODEL},max_length=2048,num_concurrent=2,max_retries=1"
        command = [sys.executable, "-m", "lm_eval", "run", "--model", "local-completions", "--model_args", arguments]
        command += ["--tasks", "openk2_next", "--include_path", place, "--output_path", place, "--log_samples"]
        command += ["--batch_size", "2"]
        cache = {"HF_HOME": place, "HF_DATASETS_CACHE": place}
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | cache)
        assert done.returncode == 0, done.stderr[-3000:]
        samples = [
            json.loads(line) for file in folder.rglob("samples_*.jsonl") for line in file.read_text().splitlines()
        ]
        (results,) = (json.loads(file.read_text()) for file in folder.rglob("results_*.json"))
    samples.sort(key=lambda sample: sample["doc_id"])
    assert len(samples) == len(ITEMS)
    largest = 0.0
    for sample, sums in zip(samples, own["choices"], strict=True):
        told = [float(answer[0][0]) for answer in sample["resps"]]
        largest = max(largest, *(abs(one - other) for one, other in zip(told, sums, strict=True)))
    assert largest < 1e-4, f"log-probabilities differ by {largest}"
    right = [sums.index(max(sums)) == item.answer for item, sums in zip(ITEMS, own["choices"], strict=True)]
    accuracy = results["results"]["openk2_next"]["acc,none"]
    assert abs(accuracy - sum(right) / len(right)) < 1e-9, (accuracy, right)
    passed("lm_eval", accuracy=accuracy, largest_difference=largest)


if __name__ == "__main__":
    main()
