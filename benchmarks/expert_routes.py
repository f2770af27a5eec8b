"""How well a cache of experts does on a real router: K2-nano's routes over texts of this repository.

    python benchmarks/expert_routes.py            under a minute

For caches that hold some of all experts of all layers: the share of hits of the least recently used rule, of the
engine's policy with the same room for every layer and with one room for all, and of a cache that knows the future; then
what reading ahead changes, by the first choices of the next layer's router asked about what this layer's router sees.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

import openk2
from openk2.engine.expert_policy import ExpertCounters, ExpertPolicy, ExpertRequest, replay

TEXTS = ("README.md", "docs/architecture.md", "docs/decisions.md", "src/openk2/chat/parser.py", "docs/fidelity.md")
TOKENS = 600
"""Of each text."""

Steps = list[list[list[int]]]
"""Token → layer → experts, the most certain first."""


def routes(name: str) -> tuple[Steps, Steps]:
    """What every layer's router chooses, and what it would choose of what the router before it sees."""
    model, tokenizer = openk2.load(name, dtype="float32"), openk2.tokenizer(name)
    routers = [block.gate for block in model.moe_blocks().values()]
    seen: dict[int, list[Tensor]] = {number: [] for number in range(len(routers))}
    for number, router in enumerate(routers):
        router.register_forward_pre_hook(lambda _, inputs, number=number: seen[number].append(inputs[0]))
    root = Path(__file__).resolve().parents[1]
    with torch.no_grad():
        for text in TEXTS:
            model(torch.tensor([tokenizer.encode((root / text).read_text())[:TOKENS]]))
        inputs = [torch.cat(parts) for parts in seen.values()]
        chosen = [_ranked(router, x_ND) for router, x_ND in zip(routers, inputs, strict=True)]
        foreseen = [_ranked(router, x_ND) for router, x_ND in zip(routers[1:], inputs, strict=False)]
    return list(map(list, zip(*chosen, strict=True))), list(map(list, zip(*foreseen, strict=True)))


def _ranked(router: Callable[[Tensor], tuple[Tensor, Tensor]], x_ND: Tensor) -> list[list[int]]:
    experts_NK, weights_NK = router(x_ND)
    ranked: list[list[int]] = experts_NK.gather(-1, weights_NK.argsort(-1, descending=True)).tolist()
    return ranked


def with_policy(steps: Steps, slots: int, *, apart: bool) -> float:
    """Share of hits of the engine's policy; `apart`: every layer has the same room of its own."""
    layers = range(len(steps[0]))
    record = [ExpertRequest(layer, tuple(sorted(step[layer]))) for step in steps for layer in layers]
    if not apart:
        return replay(ExpertPolicy(slots, dict.fromkeys(layers, 1)), record).hit_rate
    each = [
        replay(ExpertPolicy(slots // len(layers), {layer: 1}), [one for one in record if one.layer == layer])
        for layer in layers
    ]
    return sum(one.hits for one in each) / sum(one.hits + one.misses for one in each)


def ahead(steps: Steps, foreseen: Steps, slots: int, best: int) -> ExpertCounters:
    """Counters when the `best` foreseen experts of each layer may be read ahead."""
    layers = range(len(steps[0]))
    record = []
    for step, likely in zip(steps, foreseen, strict=True):
        for layer in layers:
            record.append(ExpertRequest(layer, tuple(sorted(step[layer]))))
            if best and layer + 1 in layers:
                record.append(ExpertRequest(layer + 1, tuple(sorted(likely[layer][:best])), ahead=True))
    return replay(ExpertPolicy(slots, dict.fromkeys(layers, 1)), record)


def by_time(steps: Steps, slots: int, *, future: bool) -> float:
    """Share of hits when the expert goes whose last use is longest ago, or whose next use is farthest away."""
    requests = [{(layer, expert) for expert in experts} for step in steps for layer, experts in enumerate(step)]
    never = len(requests)
    following: dict[tuple[int, int], int] = {}
    nexts: list[dict[tuple[int, int], int]] = []
    for time in reversed(range(len(requests))):
        nexts.append({key: following.get(key, never) for key in requests[time]})
        following.update(dict.fromkeys(requests[time], time))
    nexts.reverse()
    rank: dict[tuple[int, int], int] = {}
    cached: set[tuple[int, int]] = set()
    hits = 0
    for time, wanted in enumerate(requests):
        rank.update({key: -nexts[time][key] for key in wanted} if future else dict.fromkeys(wanted, time))
        hits += len(wanted & cached)
        cached |= wanted
        victims = sorted(cached - wanted, key=lambda key: (rank[key], key))
        cached.difference_update(victims[: max(len(cached) - slots, 0)])
    return hits / sum(map(len, requests))


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description="Hits of a cache of experts on a real router's choices.")
    parser.add_argument("--model", default="k2-nano")
    parser.add_argument("--slots", type=int, nargs="+", default=[30, 50, 80, 110])
    parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object on standard output")
    options = parser.parse_args()
    steps, foreseen = routes(options.model)
    chosen = len(steps[0][0])
    right = [
        [
            sum(likely[layer][place] in step[layer + 1] for step, likely in zip(steps, foreseen, strict=True))
            / len(steps)
            for layer in range(len(foreseen[0]))
        ]
        for place in range(chosen)
    ]
    table = {}
    for slots in options.slots:
        plain = ahead(steps, foreseen, slots, 0)
        row: dict[str, float] = {
            "least recently used": by_time(steps, slots, future=False),
            "policy, layers apart": with_policy(steps, slots, apart=True),
            "policy": with_policy(steps, slots, apart=False),
            "future known": by_time(steps, slots, future=True),
        }
        for best in (chosen // 2, chosen):
            c = ahead(steps, foreseen, slots, best)
            row[f"{best} ahead: used"] = c.read_ahead_useful / max(c.read_ahead, 1)
            row[f"{best} ahead: bytes"] = c.bytes_read / plain.bytes_read
            row[f"{best} ahead: waits"] = c.misses / plain.misses
        table[slots] = row
    if options.as_json:
        print(json.dumps({"tokens": len(steps), "first_choices_right": right, "slots": table}))
        return
    print(f"{len(steps)} tokens, {len(steps[0])} layers, {chosen} experts a token")
    for place, shares in enumerate(right, 1):
        print(f"  forecast {place} right, layer by layer: {', '.join(f'{share:.0%}' for share in shares)}")
    for name in next(iter(table.values())):
        print(f"  {name:24}" + "".join(f"{row[name]:8.1%}" for row in table.values()))


if __name__ == "__main__":
    main()
