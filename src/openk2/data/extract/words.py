"""Vocabulary of the generated exercises: people, things, places, topics, and invented words, so that every token
occurs as a copied value.
"""

from __future__ import annotations

import random
import string


def split(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


PEOPLE = split(
    "Anna Ben Carla David Emma Felix Grace Henry Iris Jack Kate Leo Maria Noah Olga Paul Rosa Sam Tina Victor "
    "Wendy Yusuf Zoe Ahmed Bella Chen Daniel "
    "Elena Farid Gina Hugo Ines Jonas Karim Lena Mateo Nadia Omar Priya Quentin Ruth Stefan Tara Uma Viktor Wei "
    "Xenia Yara Amir Bruno Clara Diego Eva"
)
THINGS = split(
    "apple pear orange book pencil ticket cup plate chair lamp stone coin card stamp shirt brick bottle basket "
    "key bell candle button ribbon carrot "
    "potato egg cookie muffin flower seed marble shell feather battery cable notebook poster magnet sticker balloon"
)
PLACES = split(
    "Paris London Rome Madrid Berlin Vienna Prague Lisbon Oslo Dublin Athens Cairo Nairobi Lagos Delhi Tokyo "
    "Kyoto Seoul Beijing Shanghai Hanoi Sydney "
    "Auckland Toronto Boston Chicago Denver Austin Lima Quito Bogota Havana Geneva Milan Turin Porto Krakow "
    "Riga Tallinn Bergen"
)
TOPICS = split(
    "budget travel garden recipes music history weather invoices meetings orders sales stock students trains "
    "books projects tasks letters photos games "
    "repairs visitors contacts parcels plants animals lessons results reports prices"
)
COLOURS = split("red blue green yellow black white brown purple orange grey pink silver")
JOBS = split(
    "teacher doctor baker pilot farmer nurse engineer painter driver cook lawyer singer plumber "
    "writer gardener librarian"
)
SUFFIXES = ("txt", "md", "csv", "json", "log", "py", "toml", "html")
_ONSETS = split("b c d f g h j k l m n p r s t v w z br ch cl dr fl gr pl pr sh sl st th tr")
_NUCLEI = split("a e i o u ai ea oo ou")
_CODAS = ("", "", "", "n", "r", "l", "s", "t", "m", "nd", "st", "rk", "x", "ck")


def invented(rng: random.Random, syllables: int | None = None) -> str:
    """A word that does not exist, pronounceable."""
    count = syllables or rng.choice((2, 2, 3))
    return "".join(rng.choice(_ONSETS) + rng.choice(_NUCLEI) + rng.choice(_CODAS) for _ in range(count))


def word(rng: random.Random) -> str:
    """A common noun or an invented word."""
    return rng.choice(rng.choice((THINGS, TOPICS, COLOURS, JOBS))) if rng.random() < 0.6 else invented(rng)


def code_name(rng: random.Random) -> str:
    """A random identifier: letters and digits of no meaning."""
    alphabet = rng.choice(
        (
            string.ascii_lowercase,
            string.ascii_uppercase,
            string.digits,
            string.ascii_letters + string.digits,
            "0123456789abcdef",
        )
    )
    body = "".join(rng.choice(alphabet) for _ in range(rng.randint(3, 10)))
    return rng.choice(
        (
            body,
            body,
            f"{body[: len(body) // 2]}-{body[len(body) // 2 :]}",
            f"{rng.choice('ABCDEFGHKMPRTX')}-{rng.randint(10, 9999)}",
        )
    )


def number(rng: random.Random) -> int:
    """A whole number with one to five digits, each length as likely."""
    digits = rng.choice((1, 2, 2, 3, 3, 4, 5))
    return rng.randint(10 ** (digits - 1) if digits > 1 else 0, 10**digits - 1)


def file_name(rng: random.Random) -> str:
    """A file name, with or without folder."""
    stem = rng.choice(
        (
            rng.choice(TOPICS),
            invented(rng),
            f"{rng.choice(TOPICS)}_{rng.randint(1, 2030)}",
            f"{word(rng)}-{rng.choice(TOPICS)}",
        )
    )
    name = f"{stem}.{rng.choice(SUFFIXES)}"
    return (
        name
        if rng.random() < 0.6
        else f"{rng.choice(('notes', 'data', 'reports', 'archive', 'docs', invented(rng)))}/{name}"
    )


def value(rng: random.Random) -> str:
    """Something worth copying: a name, word, number, identifier or file name."""
    return str(
        rng.choice(
            (
                lambda: rng.choice(PEOPLE),
                lambda: rng.choice(PLACES),
                lambda: word(rng),
                lambda: number(rng),
                lambda: code_name(rng),
                lambda: file_name(rng),
            )
        )()
    )


def plural(noun: str, count: int) -> str:
    """`3 boxes`, `1 pear`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
