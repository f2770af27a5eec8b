"""The structs of `cpp/openk2.h` as ctypes sees them; field for field the same, tested by their sizes."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_double, c_float, c_int32, c_int64, c_void_p
from enum import IntEnum


class Layout(IntEnum):
    """How a packed weight is held, and what its product is made of (`ok2_format`)."""

    F32 = 0
    BF16 = 1
    FP8 = 2
    INT8 = 3
    INT4 = 4
    INT8_A16 = 5
    INT4_A16 = 6


LATENT, DELTA = 0, 1
"""Kinds of attention (`ok2_attention`)."""


class Matrix(ctypes.Structure):
    """`ok2_matrix`."""

    _fields_ = (
        ("format", c_int32),
        ("outputs", c_int32),
        ("inputs", c_int32),
        ("unused", c_int32),
        ("codes", c_void_p),
        ("scales", c_void_p),
    )


class FeedForward(ctypes.Structure):
    """`ok2_feed_forward`."""

    _fields_ = (("gate", Matrix), ("up", Matrix), ("down", Matrix))


class Latents(ctypes.Structure):
    """`ok2_latents`."""

    _fields_ = (
        ("slots", c_void_p),
        ("bfloat16", c_int32),
        ("width", c_int32),
        ("rank", c_int32),
        ("page_tokens", c_int32),
    )


class Chunk(ctypes.Structure):
    """`ok2_chunk`."""

    _fields_ = (
        ("row", c_int32),
        ("tokens", c_int32),
        ("start", c_int32),
        ("state", c_int32),
        ("pages", c_void_p),
    )


class Delta(ctypes.Structure):
    """`ok2_delta`."""

    _fields_ = (
        *((name, Matrix) for name in ("query", "key", "value", "decay_down", "decay_up", "rate")),
        *((name, Matrix) for name in ("gate_down", "gate_up", "output")),
        *((name, c_void_p) for name in ("taps", "decay_rate", "decay_bias", "norm", "memory", "tails")),
        ("heads", c_int32),
        ("head", c_int32),
        ("length", c_int32),
        ("eps", c_float),
    )


class Layer(ctypes.Structure):
    """`ok2_layer`."""

    _fields_ = (
        ("attention", c_int32),
        ("routed", c_int32),
        ("input_norm", c_void_p),
        ("post_norm", c_void_p),
        ("query_down", Matrix),
        ("query_up", Matrix),
        ("latent_down", Matrix),
        ("query_norm", c_void_p),
        ("latent_norm", c_void_p),
        ("key_up", Matrix),
        ("value_up", Matrix),
        ("output", Matrix),
        ("latents", Latents),
        ("delta", c_void_p),
        ("dense", FeedForward),
        ("router", Matrix),
        ("router_bias", c_void_p),
        ("experts", c_void_p),
        ("expert_format", c_int32),
        ("unused", c_int32),
    )


Fetch = ctypes.CFUNCTYPE(c_int32, c_void_p, c_int32, c_int32, POINTER(c_int32), POINTER(FeedForward))
"""`ok2_fetch`."""


class Network(ctypes.Structure):
    """`ok2_network`."""

    _fields_ = (
        *((name, c_int32) for name in ("layers", "width", "heads", "nope", "rope", "value", "rank", "vocabulary")),
        *((name, c_int32) for name in ("experts", "chosen", "expert_width", "groups", "chosen_groups")),
        *((name, c_int32) for name in ("softmax_scores", "normalise", "embedding_bfloat16", "experts_at_once")),
        *((name, c_float) for name in ("scaling", "eps", "latent_eps", "softmax_scale")),
        ("layer", POINTER(Layer)),
        ("embedding", c_void_p),
        ("final_norm", c_void_p),
        ("head", Matrix),
        ("cosines", c_void_p),
        ("sines", c_void_p),
        ("fetch", Fetch),
        ("fetch_context", c_void_p),
    )


class Step(ctypes.Structure):
    """`ok2_step`."""

    _fields_ = (
        ("tokens", c_int32),
        ("chunks", c_int32),
        ("wanted", c_int32),
        ("unused", c_int32),
        ("ids", c_void_p),
        ("positions", c_void_p),
        ("slots", c_void_p),
        ("chunk", POINTER(Chunk)),
        ("rows", c_void_p),
        ("logits", c_void_p),
        ("routes", c_void_p),
    )


class Choice(ctypes.Structure):
    """`ok2_choice`."""

    _fields_ = (
        ("logits", c_void_p),
        *((name, c_double) for name in ("number", "temperature", "top_p", "min_p")),
        *((name, c_float) for name in ("repetition", "frequency", "presence")),
        *((name, c_int32) for name in ("top_k", "biased", "counted", "held", "id")),
        *((name, c_void_p) for name in ("bias_ids", "biases", "counted_ids", "counts", "held_ids", "allowed")),
    )


class Operations(ctypes.Structure):
    """`ok2_operations`: one level's functions."""

    _fields_ = (
        ("pack", ctypes.CFUNCTYPE(None, POINTER(Matrix), c_void_p, c_int64, c_void_p)),
        ("linear", ctypes.CFUNCTYPE(c_int32, POINTER(Matrix), c_void_p, c_int64, c_void_p)),
        (
            "experts",
            ctypes.CFUNCTYPE(
                c_int32,
                POINTER(FeedForward),
                c_int32,
                c_void_p,
                c_int64,
                c_int32,
                c_void_p,
                c_void_p,
                c_int32,
                c_void_p,
            ),
        ),
        (
            "attention",
            ctypes.CFUNCTYPE(c_int32, POINTER(Latents), POINTER(Chunk), c_int32, c_void_p, c_int32, c_void_p),
        ),
        ("step", ctypes.CFUNCTYPE(c_int32, POINTER(Network), POINTER(Step))),
        ("delta_rule", ctypes.CFUNCTYPE(c_int32, *[c_void_p] * 6, *[c_int32] * 3, c_void_p)),
        (
            "delta_attention",
            ctypes.CFUNCTYPE(c_int32, POINTER(Delta), POINTER(Chunk), c_int32, c_void_p, c_int64, c_int32, c_void_p),
        ),
        ("ban", ctypes.CFUNCTYPE(c_int32, c_void_p, c_int32, c_int32, c_void_p, c_int32)),
        ("sample", ctypes.CFUNCTYPE(c_int32, POINTER(Choice), c_int32, c_int32)),
        (
            "report",
            ctypes.CFUNCTYPE(
                c_int32, c_void_p, c_void_p, c_int32, c_int32, c_void_p, c_int32, c_void_p, c_void_p, c_void_p
            ),
        ),
    )


NO_MEMORY, NO_EXPERTS, NO_NUMBERS = 1, 2, 3
"""What an operation answers when it failed."""
