"""A shuffle without a list: a Feistel network permutes 0 … count-1 under a key, so position `i` of an epoch is
computed, not stored.

The network works on the smallest even number of bits that holds the range; results outside it walk the cycle until
they fall inside (Black and Rogaway 2002, "Ciphers with arbitrary finite domains"). Not for secrecy: the round function
is splitmix64.
"""

from __future__ import annotations

import hashlib

_MASK = (1 << 64) - 1
ROUNDS = 6


def key_of(*parts: int | str) -> int:
    """A 64-bit key from a seed and names."""
    return int.from_bytes(hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest(), "little")


def permute(index: int, count: int, key: int) -> int:
    """Where `index` goes in the permutation of `count` items under `key`: a bijection of range(count), a pure
    function.
    """
    if not 0 <= index < count:
        raise IndexError(f"index {index} of {count}")
    half = max(1, ((count - 1).bit_length() + 1) // 2)
    mask = (1 << half) - 1
    value = index
    while True:
        left, right = value >> half, value & mask
        for number in range(ROUNDS):
            left, right = right, left ^ (_mix(right ^ (key + number * 0x9E3779B97F4A7C15)) & mask)
        value = left << half | right
        if value < count:
            return value


def _mix(value: int) -> int:
    value &= _MASK
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & _MASK
    return value ^ value >> 31
