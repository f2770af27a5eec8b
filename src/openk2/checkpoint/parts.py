"""The parts of the network, for figures that name one: which part a tensor belongs to."""

PARTS = (
    "embedding",
    "attention",
    "norms",
    "dense MLP",
    "router",
    "routed experts",
    "shared experts",
    "head",
)
"""Parts of the network, in the order of the data's way through it."""


def part_of(name: str) -> str:
    """The part a tensor belongs to, by its name in the model or on disk. The norms inside attention are attention."""
    for mark, part in (
        ("embed_tokens", "embedding"),
        ("lm_head", "head"),
        (".self_attn.", "attention"),
        ("norm.weight", "norms"),
        (".gate.weight", "router"),
        ("e_score_correction_bias", "router"),
        (".shared_experts.", "shared experts"),
        (".experts.", "routed experts"),
    ):
        if mark in name:
            return part
    return "dense MLP"
