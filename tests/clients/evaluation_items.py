"""Items for evaluation harnesses, and what K2-nano's own figures for them are: the engine alone, no server.

Run by the Python that has openk2 (`OPENK2_PYTHON`), this prints the figures as JSON; the scripts compare theirs.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Item:
    """What comes next?"""

    question: str
    choices: tuple[str, str]
    answer: int
    """Which of them is right."""


ITEMS = (
    Item("import os\nimport sys\n\n\ndef", (" main():", " 7 blue"), 0),
    Item("for i in", (" zebra zebra", " range(10):"), 1),
    Item("The cat sat on the", (" mat.", " of of of"), 0),
    Item("if __name__ ==", (' "__main__":', " banana"), 0),
    Item("return", (" self.value", " ,,,,"), 0),
    Item("北京是中国的", ("首都", "香蕉 x"), 0),
    Item("class Point:\n    def __init__(self, x, y):\n        self.x =", (" q9z", " x"), 1),
    Item("while True", (":", " seven"), 0),
)
GREETINGS = ("Hello!", "Hi there.", "Good morning!", "Thank you.")
"""Answered greedily; the answer is compared as text."""
GREETING_TOKENS = 40


def item_lines() -> str:
    """The items as JSON, one a line."""
    return "".join(json.dumps(asdict(item)) + "\n" for item in ITEMS)


def main() -> None:
    """Print the log-probability of every choice, and the greedy answer to every greeting."""
    from openk2.chat.messages import Message
    from openk2.chat.sampling import SamplingParams
    from openk2.chat.template import render
    from openk2.cli.models import open_engine

    with open_engine("k2-nano") as engine:
        tokenizer = engine.tokenizer
        only_prompt = SamplingParams(temperature=0, max_tokens=1, logprobs=True, prompt_logprobs=True)
        choices = []
        for item in ITEMS:
            begin = len(tokenizer.encode(item.question))
            told = engine.generate([tokenizer.encode(item.question + choice) for choice in item.choices], only_prompt)
            choices.append([sum(token.logprob for token in one.prompt_logprobs[begin - 1 :]) for one in told])
        prompts = [render([Message("user", greeting)], tokenizer=tokenizer) for greeting in GREETINGS]
        answers = engine.generate(prompts, SamplingParams(temperature=0, max_tokens=GREETING_TOKENS))
    print(json.dumps({"choices": choices, "answers": [answer.text for answer in answers]}))


if __name__ == "__main__":
    main()
