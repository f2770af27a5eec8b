"""From turns to tasks: which tools are declared, under which names, with which system message, in how many turns.

Task `number` of a split and seed is always the same task.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from openk2.agent.prompt import SYSTEM_PROMPT
from openk2.environments.catalogue import COMBINATIONS, DIALOGUE, FAMILIES, SPLITS, TRAINED
from openk2.environments.families import talk
from openk2.environments.names import TOOL_NAMES, new_description, new_name
from openk2.environments.task import Declared, Task, Turn, World
from openk2.environments.values import Draw
from openk2.errors import EvaluationError

_SYSTEMS = (
    "You are a helpful assistant.",
    "You are an assistant with tools.",
    "Answer shortly. Use the tools where they help.",
    "You work in a folder of files.",
    "You are K2-nano.",
)


_ONCE = ("date", "date_write", "list")
"""Families that only begin a dialogue: what they find would depend on the other turns."""


@dataclass(frozen=True)
class Mixture:
    """How tasks are made; the shares are probabilities."""

    families: dict[str, float] = field(default_factory=dict)
    """Family → weight; empty: every trained family alike."""
    dialogues: float = 0.2
    """Tasks of several turns."""
    renamed_tools: float = 0.5
    """Tasks in which most tools have new names."""
    all_tools: float = 0.35
    """Tasks that declare all seven tools; the others declare one to four."""
    agent_prompt: float = 0.6
    """Tasks that begin with the agent's own system message."""
    chat_without_tools: float = 0.35
    """Turns without calls in which no tool is declared."""


EVALUATION = Mixture(dialogues=0.0)
"""Held-out tasks: every family alike, one turn each; dialogues are asked for by their name."""


def make_task(split: str, number: int, seed: int = 0, mixture: Mixture = EVALUATION, family: str | None = None) -> Task:
    """Task `number` of a split; of the family given, else one drawn by the mixture's weights.

    Raises EvaluationError for an unknown split or family.
    """
    if split not in SPLITS:
        raise EvaluationError(f"no split {split!r}; accepted: {', '.join(SPLITS)}")
    if family is not None and family not in FAMILIES and family != DIALOGUE:
        raise EvaluationError(f"no task family {family!r}; accepted: {', '.join((*FAMILIES, DIALOGUE))}")
    rng = random.Random(f"{split}/{family}/{seed}/{number}")
    draw = Draw(rng, new_values=split != "train", new_phrasings=split == "new_phrasings")
    turns = _turns(draw, split, mixture, family)
    world = _world(draw, turns)
    name = turns[0].family if len(turns) == 1 else DIALOGUE
    return Task(
        f"{split}/{name}/{seed}/{number}",
        name,
        split,
        world,
        _system(rng, mixture),
        _declared(rng, turns, mixture, split),
        turns,
    )


def _turns(draw: Draw, split: str, mixture: Mixture, family: str | None) -> tuple[Turn, ...]:
    """One turn, or a dialogue: chat before or after a task, or two or three tasks."""
    if family == DIALOGUE or (family is None and draw.chance(mixture.dialogues)):
        shape = draw.rng.random()
        first = _turn(draw, split, mixture)
        others = _without(_ONCE, split, mixture)
        if shape < 0.2:
            return talk.chat(draw), first
        if shape < 0.35:
            return first, talk.thanks(draw)
        if shape < 0.75:
            return first, _turn(draw, split, others)
        return first, _turn(draw, split, others), _turn(draw, split, others)
    if family is None:
        return (_turn(draw, split, mixture),)
    return (_checked(draw, family),)


def _turn(draw: Draw, split: str, mixture: Mixture) -> Turn:
    weights = _weights(split, mixture)
    return _checked(draw, draw.rng.choices(list(weights), list(weights.values()))[0])


def _without(names: tuple[str, ...], split: str, mixture: Mixture) -> Mixture:
    """The mixture without some families; unchanged when nothing else would be left."""
    families = {**_weights(split, mixture), **dict.fromkeys(names, 0.0)}
    return replace(mixture, families=families) if any(families.values()) else mixture


def _weights(split: str, mixture: Mixture) -> dict[str, float]:
    names = COMBINATIONS if split == "new_combinations" else tuple(mixture.families) or TRAINED
    return {name: mixture.families.get(name, 1.0) for name in names}


def _checked(draw: Draw, family: str) -> Turn:
    """A turn whose number cannot be guessed from the request."""
    for _ in range(100):
        turn = FAMILIES[family].draw(draw)
        expected = turn.expected
        if expected.calls and expected.kind in ("number", "text") and expected.values[0] in turn.request:
            continue
        return turn
    raise RuntimeError(f"{family}: every turn drawn gives its answer away")


def _world(draw: Draw, turns: tuple[Turn, ...]) -> World:
    """What the turns need, in one workspace; values of one dialogue never repeat, so paths do not collide."""
    days = [turn.world.today for turn in turns if "current_date" in turn.tools]
    world = World(today=days[0] if days else draw.day())
    for turn in turns:
        merged = world.merged(turn.world)
        if merged is None:
            raise RuntimeError("two turns of a dialogue use the same path")
        world = merged
    return world


def _system(rng: random.Random, mixture: Mixture) -> str | None:
    if rng.random() < mixture.agent_prompt:
        return SYSTEM_PROMPT
    return rng.choice((None, None, *_SYSTEMS))


def _declared(rng: random.Random, turns: tuple[Turn, ...], mixture: Mixture, split: str) -> tuple[Declared, ...]:
    """The tools the turns need and some they do not, perhaps renamed and described in other words.

    Shuffled, except that half of the complete sets under their own names stand in the agent's order."""
    needed = list(dict.fromkeys(tool for turn in turns for tool in turn.tools))
    if not needed and rng.random() < mixture.chat_without_tools:
        return ()
    if rng.random() < mixture.all_tools:
        chosen = list(TOOL_NAMES)
    else:
        others = [tool for tool in TOOL_NAMES if tool not in needed]
        chosen = needed + rng.sample(others, min(len(others), rng.choice((0, 0, 1, 1, 2, 3)) + (not needed)))
    held_out = split == "new_tool_names"
    renaming = held_out or rng.random() < mixture.renamed_tools
    if renaming or len(chosen) < len(TOOL_NAMES) or rng.random() < 0.5:
        rng.shuffle(chosen)
    names: dict[str, str] = {}
    for tool in chosen:
        name = tool
        if renaming and (held_out or rng.random() < 0.85):
            while name in TOOL_NAMES or name in names.values():
                name = new_name(rng, tool, held_out=held_out)
        names[tool] = name
    described = renaming or rng.random() < 0.2
    return tuple(
        Declared(tool, name, new_description(rng, tool) if described else None) for tool, name in names.items()
    )
