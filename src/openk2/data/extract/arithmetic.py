"""Generated mathematics in plain English: calculations written out in steps, word problems, comparisons, units,
sequences, equations.

Every answer is computed, never written by hand; document `i` of a seed is always the same, so a corpus can be rebuilt
exactly.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction

from openk2.data.extract import Inputs
from openk2.data.extract.words import PEOPLE, PLACES, THINGS, number, plural

Exercise = Callable[[random.Random], tuple[str, str]]
EXERCISES_PER_DOCUMENT = 8


def exercises(inputs: Inputs) -> Iterator[str]:
    """Documents of a few exercises each, without end."""
    index = 0
    while True:
        yield document(random.Random(f"arithmetic:{inputs.seed}:{index}"), FAMILIES)
        index += 1


def document(rng: random.Random, families: tuple[Exercise, ...]) -> str:
    """Exercises in one layout; half of the documents keep to one or two families."""
    few = rng.random() < 0.5
    pool = rng.sample(families, min(len(families), rng.randint(1, 2))) if few else list(families)
    question, answer = rng.choice(
        (("Question: ", "Answer: "), ("Q: ", "A: "), ("", ""), ("Exercise. ", "Solution. "), ("User: ", "Assistant: "))
    )
    parts = []
    for _ in range(rng.randint(2, EXERCISES_PER_DOCUMENT)):
        asked, solved = rng.choice(pool)(rng)
        parts.append(f"{question}{asked}\n{answer}{solved}")
    return "\n\n".join(parts)


def _sum(rng: random.Random) -> tuple[str, str]:
    count = rng.choice((2, 2, 2, 3, 4))
    terms = [number(rng) for _ in range(count)]
    steps, total = [], terms[0]
    for term in terms[1:]:
        steps.append(f"{total} + {term} = {total + term}")
        total += term
    text = " + ".join(map(str, terms))
    asked = rng.choice(
        (
            f"What is {text}?",
            f"Calculate {text}.",
            f"Add {', '.join(map(str, terms[:-1]))} and {terms[-1]}.",
            f"{text} = ?",
        )
    )
    return asked, "\n".join(steps)


def _long_addition(rng: random.Random) -> tuple[str, str]:
    a, b = rng.randint(100, 99999), rng.randint(100, 99999)
    lines, carry = [], 0
    for place, name in enumerate(("ones", "tens", "hundreds", "thousands", "ten thousands")):
        if 10**place > max(a, b):
            break
        x, y = a // 10**place % 10, b // 10**place % 10
        total = x + y + carry
        line = f"{name}: {x} + {y}" + (f" + {carry}" if carry else "") + f" = {total}"
        carry = total // 10
        lines.append(line + (f", write {total % 10}, carry 1" if carry else f", write {total}"))
    return f"Add {a} and {b} digit by digit.", "\n".join([*lines, f"So {a} + {b} = {a + b}"])


def _difference(rng: random.Random) -> tuple[str, str]:
    a, b = sorted((number(rng), number(rng)), reverse=rng.random() < 0.85)
    asked = rng.choice(
        (f"What is {a} - {b}?", f"Calculate {a} - {b}.", f"Subtract {b} from {a}.", f"How much is {a} minus {b}?")
    )
    return asked, f"{a} - {b} = {a - b}"


def _product(rng: random.Random) -> tuple[str, str]:
    a, b = rng.randint(2, 999), rng.randint(2, 99)
    asked = rng.choice((f"What is {a} * {b}?", f"Multiply {a} by {b}.", f"Calculate {a} times {b}.", f"{a} x {b} = ?"))
    if b < 10 and a < 13:
        return asked, f"{a} * {b} = {a * b}"
    tens, ones = b // 10 * 10, b % 10
    if tens and ones:
        return (
            asked,
            f"{a} * {tens} = {a * tens}\n{a} * {ones} = {a * ones}\n{a * tens} + {a * ones} = {a * b}\nSo {a} * "
            f"{b} = {a * b}",
        )
    return asked, f"{a} * {b} = {a * b}"


def _quotient(rng: random.Random) -> tuple[str, str]:
    b, q, r = rng.randint(2, 25), rng.randint(1, 200), 0
    if rng.random() < 0.4:
        r = rng.randint(0, b - 1)
    a = b * q + r
    asked = rng.choice((f"What is {a} / {b}?", f"Divide {a} by {b}.", f"How many times does {b} go into {a}?"))
    return asked, f"{b} * {q} = {b * q}, so {a} / {b} = {q}" + (f" remainder {r}" if r else "")


def _expression(rng: random.Random) -> tuple[str, str]:
    a, b, c = rng.randint(1, 60), rng.randint(1, 60), rng.randint(2, 20)
    shape = rng.randrange(4)
    if shape == 0:
        return (
            f"Calculate ({a} + {b}) * {c}.",
            f"First the brackets: {a} + {b} = {a + b}\n{a + b} * {c} = {(a + b) * c}",
        )
    if shape == 1:
        return f"Calculate {a} + {b} * {c}.", f"Multiplication first: {b} * {c} = {b * c}\n{a} + {b * c} = {a + b * c}"
    if shape == 2:
        big = a + b
        return f"Calculate ({big} - {b}) * {c}.", f"First the brackets: {big} - {b} = {a}\n{a} * {c} = {a * c}"
    return f"Calculate {a} * {c} - {b}.", f"Multiplication first: {a} * {c} = {a * c}\n{a * c} - {b} = {a * c - b}"


def _python(rng: random.Random) -> tuple[str, str]:
    values = [number(rng) for _ in range(rng.randint(3, 6))]
    a, b = rng.randint(2, 99), rng.randint(2, 99)
    text = rng.choice(
        (
            f"{a} * {b}",
            f"{a} + {b}",
            f"{a} % {b}",
            f"{a} // {b}",
            f"sum({values})",
            f"max({values})",
            f"min({values})",
            f"len({values})",
            f"sorted({values})",
            f"abs({a} - {b})",
        )
    )
    return rng.choice(
        (f"What does Python print for {text}?", f">>> {text}", f"Evaluate the Python expression {text}.")
    ), str(_evaluate(text, a, b, values))


def _evaluate(text: str, a: int, b: int, values: list[int]) -> object:
    functions: dict[str, object] = {
        "sum": sum(values),
        "max": max(values),
        "min": min(values),
        "len": len(values),
        "sorted": sorted(values),
        "abs": abs(a - b),
    }
    for name, result in functions.items():
        if text.startswith(name):
            return result
    return {"*": a * b, "+": a + b, "%": a % b, "//": a // b}[text.split()[1]]


def _compare(rng: random.Random) -> tuple[str, str]:
    values = rng.sample(range(1, 10 ** rng.choice((2, 3, 4))), rng.randint(2, 6))
    listed = ", ".join(map(str, values))
    kind = rng.randrange(5)
    if kind == 0:
        return f"Which of these numbers is the largest: {listed}?", f"The largest number is {max(values)}."
    if kind == 1:
        return f"Which of these numbers is the smallest: {listed}?", f"The smallest number is {min(values)}."
    if kind == 2:
        return f"Sort these numbers from small to large: {listed}.", ", ".join(map(str, sorted(values)))
    if kind == 3:
        return f"What is the sum of {listed}?", f"{' + '.join(map(str, values))} = {sum(values)}"
    mean = Fraction(sum(values), len(values))
    shown = str(mean) if mean.denominator == 1 else f"{float(mean):.2f}"
    return (
        f"What is the average of {listed}?",
        f"The sum is {sum(values)} and there are {len(values)} numbers. {sum(values)} / {len(values)} = {shown}",
    )


def _shopping(rng: random.Random) -> tuple[str, str]:
    person, thing, count, price = rng.choice(PEOPLE), rng.choice(THINGS), rng.randint(2, 24), rng.randint(2, 60)
    cost = count * price
    paid = (cost // 50 + 1) * 50
    opening = rng.choice(
        (
            f"{person} buys {plural(thing, count)} for {price} euros each.",
            f"One {thing} costs {price} euros. {person} takes {count}.",
        )
    )
    if rng.random() < 0.5:
        asked = rng.choice((f"How much does {person} pay?", "What is the total price?", "How many euros is that?"))
        return f"{opening} {asked}", f"{count} * {price} = {cost}. The total is {cost} euros."
    return (
        f"{opening} {person} pays with {paid} euros. How much change is there?",
        f"{count} * {price} = {cost}. {paid} - {cost} = {paid - cost}. The change is {paid - cost} euros.",
    )


def _giving(rng: random.Random) -> tuple[str, str]:
    first, second = rng.sample(PEOPLE, 2)
    thing, start, given, found = rng.choice(THINGS), rng.randint(20, 200), rng.randint(1, 19), rng.randint(1, 40)
    kind = rng.randrange(3)
    if kind == 0:
        return (
            f"{first} has {start} {thing}s and gives {given} of them to {second}. How many {thing}s does "
            f"{first} have left?",
            f"{start} - {given} = {start - given}. {first} has {start - given} {thing}s left.",
        )
    if kind == 1:
        return (
            f"{first} has {start} {thing}s. {second} has {found} more than {first}. How many do they have together?",
            f"{second} has {start} + {found} = {start + found}. Together they have {start} + {start + found} = "
            f"{2 * start + found} {thing}s.",
        )
    left = start - given + found
    return (
        f"{first} had {start} {thing}s, lost {given} and then found {found}. How many {thing}s are there now?",
        f"{start} - {given} = {start - given}. {start - given} + {found} = {left}. There are {left} {thing}s now.",
    )


def _sharing(rng: random.Random) -> tuple[str, str]:
    groups, each, rest, thing = rng.randint(2, 15), rng.randint(2, 30), rng.choice((0, 0, 1, 2)), rng.choice(THINGS)
    rest = min(rest, groups - 1)
    total = groups * each + rest
    tail = f" {rest} {'is' if rest == 1 else 'are'} left over." if rest else ""
    return (
        f"{total} {thing}s are shared equally among {groups} people. How many does each person get?",
        f"{groups} * {each} = {groups * each}, so each person gets {each} {thing}s.{tail}",
    )


def _travel(rng: random.Random) -> tuple[str, str]:
    here, there = rng.sample(PLACES, 2)
    speed, hours = rng.randint(3, 30) * 5, rng.randint(2, 12)
    way = speed * hours
    kind = rng.randrange(3)
    if kind == 0:
        return (
            f"A train goes from {here} to {there} in {hours} hours at {speed} km per hour. How far is it?",
            f"{speed} * {hours} = {way}. It is {way} km.",
        )
    if kind == 1:
        return (
            f"{here} and {there} are {way} km apart. How long does a bus take at {speed} km per hour?",
            f"{way} / {speed} = {hours}. It takes {hours} hours.",
        )
    return (
        f"A car drives {way} km from {here} to {there} in {hours} hours. What is its average speed?",
        f"{way} / {hours} = {speed}. The average speed is {speed} km per hour.",
    )


def _percent(rng: random.Random) -> tuple[str, str]:
    rate, base = rng.choice((5, 10, 15, 20, 25, 30, 40, 50, 60, 75)), rng.randint(1, 60) * 20
    part = base * rate // 100
    if rng.random() < 0.5:
        return rng.choice(
            (f"What is {rate} % of {base}?", f"How much is {rate} percent of {base}?")
        ), f"{base} * {rate} / 100 = {part}"
    return (
        f"A price of {base} euros falls by {rate} %. What is the new price?",
        f"{base} * {rate} / 100 = {part}. {base} - {part} = {base - part}. The new price is {base - part} euros.",
    )


_UNITS = (
    ("km", "m", 1000),
    ("m", "cm", 100),
    ("kg", "g", 1000),
    ("hours", "minutes", 60),
    ("minutes", "seconds", 60),
    ("days", "hours", 24),
    ("weeks", "days", 7),
    ("dozen", "pieces", 12),
)


def _units(rng: random.Random) -> tuple[str, str]:
    big, small, factor = rng.choice(_UNITS)
    count = rng.randint(2, 60)
    if rng.random() < 0.6:
        return rng.choice(
            (f"How many {small} are {count} {big}?", f"Convert {count} {big} to {small}.")
        ), f"{count} * {factor} = {count * factor}. {count} {big} are {count * factor} {small}."
    return (
        f"How many {big} are {count * factor} {small}?",
        f"{count * factor} / {factor} = {count}. {count * factor} {small} are {count} {big}.",
    )


def _sequence(rng: random.Random) -> tuple[str, str]:
    start, step, length = rng.randint(0, 60), rng.randint(2, 25), rng.randint(4, 6)
    if rng.random() < 0.75:
        values = [start + step * index for index in range(length + 1)]
        why = f"Each number is {step} more than the one before: {values[-2]} + {step} = {values[-1]}"
    else:
        factor, start = rng.randint(2, 4), rng.randint(1, 5)
        values = [start * factor**index for index in range(length + 1)]
        why = f"Each number is {factor} times the one before: {values[-2]} * {factor} = {values[-1]}"
    return f"What comes next: {', '.join(map(str, values[:-1]))}, ...?", why


def _equation(rng: random.Random) -> tuple[str, str]:
    x, a, b = rng.randint(1, 40), rng.randint(2, 15), rng.randint(1, 60)
    return f"Solve {a}x + {b} = {a * x + b}.", f"{a}x = {a * x + b} - {b} = {a * x}\nx = {a * x} / {a} = {x}"


def _fraction(rng: random.Random) -> tuple[str, str]:
    a, b = Fraction(rng.randint(1, 9), rng.randint(2, 10)), Fraction(rng.randint(1, 9), rng.randint(2, 10))
    common = a.denominator * b.denominator
    left, right = a.numerator * b.denominator, b.numerator * a.denominator
    return (
        f"What is {a} + {b}?",
        f"Common denominator {common}: {left}/{common} + {right}/{common} = {left + right}/{common} = {a + b}",
    )


def _parity(rng: random.Random) -> tuple[str, str]:
    value = number(rng)
    if rng.random() < 0.5:
        return (
            f"Is {value} even or odd?",
            f"{value} ends in {value % 10}, so it is {'even' if value % 2 == 0 else 'odd'}.",
        )
    other = number(rng)
    word = "greater than" if value > other else "less than" if value < other else "equal to"
    return f"Compare {value} and {other}.", f"{value} is {word} {other}."


FAMILIES: tuple[Exercise, ...] = (
    _sum,
    _long_addition,
    _difference,
    _product,
    _quotient,
    _expression,
    _python,
    _compare,
    _shopping,
    _giving,
    _sharing,
    _travel,
    _percent,
    _units,
    _sequence,
    _equation,
    _fraction,
    _parity,
)
"""Every family of exercise, each as likely."""
