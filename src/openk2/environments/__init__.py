"""Tasks whose outcome a program can judge. The same verifier filters training data, pays rewards, scores evaluation."""

from openk2.environments.catalogue import FAMILIES, SPLITS
from openk2.environments.dialogues import EVALUATION, Mixture, make_task
from openk2.environments.oracle import Oracle
from openk2.environments.rollout import Bench
from openk2.environments.task import Declared, Expected, Task, Turn, World
from openk2.environments.verifier import verify

__all__ = [
    "EVALUATION",
    "FAMILIES",
    "SPLITS",
    "Bench",
    "Declared",
    "Expected",
    "Mixture",
    "Oracle",
    "Task",
    "Turn",
    "World",
    "make_task",
    "verify",
]
