"""Items for evaluation harnesses, and what K2-nano's own figures for them are: the model alone, no server.

Run by the Python that has openk2 (`OPENK2_PYTHON`), this prints the figures as JSON; the scripts compare theirs.
"""

from __future__ import annotations

import json

CHOICES = [
    {"question": "import os\nimport sys\n\n\ndef", "choices": [" main():", " 7 blue"], "answer": 0},
    {"question": "for i in", "choices": [" zebra zebra", " range(10):"], "answer": 1},
    {"question": "The cat sat on the", "choices": [" mat.", " of of of"], "answer": 0},
    {"question": "if __name__ ==", "choices": [' "__main__":', " banana"], "answer": 0},
    {"question": "return", "choices": [" self.value", " ,,,,"], "answer": 0},
    {"question": "北京是中国的", "choices": ["首都", "香蕉 x"], "answer": 0},
    {
        "question": "class Point:\n    def __init__(self, x, y):\n        self.x =",
        "choices": [" q9z", " x"],
        "answer": 1,
    },
    {"question": "while True", "choices": [":", " seven"], "answer": 0},
]
"""Multiple choice: what comes next."""

GREETINGS = ["Hello!", "Hi there.", "Good morning!", "Thank you."]
"""Answered greedily; the answer is compared as text."""
GREETING_TOKENS = 40


def main() -> None:
    """Print the log-probability of every choice, and the greedy answer to every greeting."""
    import torch

    import openk2
    from openk2.chat.messages import Message
    from openk2.chat.template import render

    name = "k2-nano"
    tokenizer = openk2.tokenizer(name)
    model = openk2.load(name, dtype="float32").eval()

    def logprobs(ids: list[int]) -> torch.Tensor:
        with torch.no_grad():
            return torch.log_softmax(model(torch.tensor([ids]))[0].double(), -1)

    choices = []
    for item in CHOICES:
        context = tokenizer.encode(str(item["question"]))
        sums = []
        for choice in item["choices"]:  # type: ignore[attr-defined]
            whole = tokenizer.encode(f"{item['question']}{choice}")
            rows = logprobs(whole)
            sums.append(sum(rows[i - 1, whole[i]].item() for i in range(len(context), len(whole))))
        choices.append(sums)
    answers = []
    for greeting in GREETINGS:
        ids = render([Message("user", greeting)], tokenizer=tokenizer, style="instruct")
        said: list[int] = []
        while len(said) < GREETING_TOKENS:
            id = int(logprobs([*ids, *said])[-1].argmax())
            if id in tokenizer.stop_ids:
                break
            said.append(id)
        answers.append(tokenizer.decode(said))
    print(json.dumps({"choices": choices, "answers": answers}))


if __name__ == "__main__":
    main()
