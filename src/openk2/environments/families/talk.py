"""Chat turns: greetings, thanks, questions about the assistant, plain facts and definitions, requests beyond its tools.

They are answered at once, without a call, whether tools are declared or not. Each question has one answer, so that a
small model can learn it, and several accepted words, so that the verifier takes other right answers too.
"""

from __future__ import annotations

from dataclasses import dataclass

from openk2.environments.families.source import Finding
from openk2.environments.phrasing import expand, sentence
from openk2.environments.task import Expected, Turn
from openk2.environments.values import Draw


@dataclass(frozen=True)
class Exchange:
    """A question in several wordings and its answer."""

    asks: tuple[str, ...]
    new_asks: tuple[str, ...]
    answer: str
    accept: tuple[str, ...]
    """An answer that holds one of these is right; case does not matter."""


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in text.split())


_HELP = ("help", "hello", "hi", "welcome")
SMALL_TALK = (
    Exchange(
        (
            "hello[!]",
            "hi[!]",
            "hey[!]",
            "hello there[!]",
            "hi there[!]",
            "good (morning|afternoon|evening)[!]",
            "hey you",
        ),
        ("greetings[!]", "hi again[!]", "hello to you[!]", "good day[!]"),
        "Hello! How can I help you?",
        _HELP,
    ),
    Exchange(
        (
            "thanks[!]",
            "thank you[!]",
            "thank you very much[!]",
            "thanks a lot[!]",
            "many thanks[.]",
            "great, thanks[!]",
            "perfect, thank you[!]",
        ),
        ("thanks so much[!]", "thank you for the help[!]", "nice, thanks[!]", "cheers, thank you[!]"),
        "You are welcome!",
        ("welcome", "glad", "pleasure"),
    ),
    Exchange(
        ("bye[!]", "goodbye[!]", "see you[ later][!]", "good night[!]", "bye bye[!]", "that is all, bye[.]"),
        ("farewell[!]", "bye for now[!]", "until next time[!]", "goodbye then[!]"),
        "Goodbye!",
        ("bye", "see you", "goodbye"),
    ),
    Exchange(
        (
            "who are you?",
            "what are you?",
            "what is your name?",
            "tell me who you are.",
            "who am I talking to?",
            "introduce yourself.",
            "are you a human?",
        ),
        ("do you have a name?", "please say who you are.", "what should I call you?", "are you a person?"),
        "I am K2-nano, a small language model that works with tools.",
        ("k2-nano", "language model"),
    ),
    Exchange(
        (
            "what can you do?",
            "how can you help me?",
            "what are you able to do?",
            "what do you do?",
            "tell me what you can do.",
            "what can I ask you?",
            "help",
        ),
        (
            "in which ways can you help?",
            "what are you good at?",
            "what kind of tasks can you do?",
            "which things can you do?",
        ),
        "I can calculate, read, search and write files, and query databases.",
        ("calculate", "files", "databases"),
    ),
    Exchange(
        ("how are you[ today]?", "how do you do?", "how is it going?", "are you well?", "how are things?"),
        ("how have you been?", "are you fine?", "how do you feel today?", "is everything well?"),
        "I am fine, thank you. How can I help you?",
        ("fine", "well", "good"),
    ),
    Exchange(
        ("who made you?", "who trained you?", "where do you come from?", "who built you?", "who created you?"),
        ("who is your maker?", "which project made you?", "by whom were you trained?", "who is behind you?"),
        "I was trained from scratch by the openk2 project.",
        ("openk2",),
    ),
    Exchange(
        (
            "you are (great|nice|good|clever).",
            "good (work|job)[!]",
            "well done[!]",
            "nice work[!]",
            "great[!]",
            "perfect[!]",
        ),
        ("excellent[!]", "that was good work[!]", "you did well[!]", "very nice[!]"),
        "Thank you!",
        ("thank",),
    ),
    Exchange(
        ("ok[.]", "okay[.]", "all right[.]", "I see[.]", "fine[.]", "good[.]"),
        ("I understand[.]", "sounds good[.]", "very well[.]", "okay then[.]"),
        "Is there anything else I can do?",
        ("anything", "help", "else"),
    ),
    Exchange(
        ("I am (sad|tired|bored).", "I feel (sad|tired|bored).", "I am not well.", "today is a bad day."),
        ("I am feeling (sad|tired).", "it is not my day.", "I do not feel well.", "my day was bad."),
        "I am sorry to hear that. I hope it gets better.",
        ("sorry", "hope", "better"),
    ),
    Exchange(
        ("tell me a joke.", "do you know a joke?", "make me laugh.", "say something funny."),
        ("a joke, please.", "can you be funny?", "I want to hear a joke.", "give me a joke."),
        "Why did the file cross the folder? To get to the other side.",
        ("why",),
    ),
    Exchange(
        ("which tools do you have?", "what tools can you use?", "do you have tools?", "name your tools."),
        (
            "what kind of tools do you use?",
            "are there tools you can use?",
            "which tools are yours?",
            "do you work with tools?",
        ),
        "I have tools for Python, files, search, databases and the date.",
        ("python", "files", "tools"),
    ),
)
CAPITALS = _pairs(
    "France:Paris Germany:Berlin Italy:Rome Spain:Madrid Portugal:Lisbon Austria:Vienna Norway:Oslo "
    "Sweden:Stockholm Finland:Helsinki Denmark:Copenhagen Poland:Warsaw Greece:Athens Egypt:Cairo Kenya:Nairobi "
    "Japan:Tokyo China:Beijing Russia:Moscow Cuba:Havana Peru:Lima Chile:Santiago Canada:Ottawa Ireland:Dublin "
    "Hungary:Budapest Belgium:Brussels Turkey:Ankara Iran:Tehran Iraq:Baghdad Vietnam:Hanoi Thailand:Bangkok"
)
OPPOSITES = _pairs(
    "hot:cold big:small long:short old:new good:bad fast:slow high:low early:late open:closed light:dark "
    "happy:sad hard:soft wet:dry full:empty rich:poor strong:weak left:right up:down day:night first:last"
)
DEFINITIONS = {
    "a database": "A database is an organised collection of data.",
    "a file": "A file is a piece of data with a name on a computer.",
    "a folder": "A folder is a place on a computer that holds files.",
    "Python": "Python is a programming language.",
    "SQL": "SQL is a language for asking questions to databases.",
    "a computer": "A computer is a machine that works with data.",
    "a language model": "A language model is a program that predicts text.",
    "a token": "A token is a small piece of text.",
    "a verb": "A verb is a word for an action.",
    "a noun": "A noun is a word for a thing or a person.",
    "a triangle": "A triangle is a shape with three sides.",
    "a square": "A square is a shape with four equal sides.",
    "water": "Water is a liquid that falls as rain and fills the seas.",
    "the sun": "The sun is the star at the centre of our solar system.",
    "the moon": "The moon is the body that circles the Earth.",
    "a prime number": "A prime number has exactly two divisors, one and itself.",
    "an algorithm": "An algorithm is a list of steps that solves a problem.",
    "a variable": "A variable is a name for a value in a program.",
}
FACTS = {
    ("how many days are in a week?", "a week has how many days?"): ("A week has seven days.", ("seven", "7")),
    ("how many months are in a year?", "a year has how many months?"): ("A year has twelve months.", ("twelve", "12")),
    ("how many hours are in a day?", "a day has how many hours?"): ("A day has 24 hours.", ("24", "twenty-four")),
    ("how many minutes are in an hour?", "an hour has how many minutes?"): ("An hour has 60 minutes.", ("60", "sixty")),
    ("what colour is the sky?", "the sky has which colour?"): ("The sky is blue.", ("blue",)),
    ("what colour is grass?", "grass has which colour?"): ("Grass is green.", ("green",)),
    ("what colour is snow?", "snow has which colour?"): ("Snow is white.", ("white",)),
    ("how many legs does a dog have?", "a dog has how many legs?"): ("A dog has four legs.", ("four", "4")),
    ("how many legs does a spider have?", "a spider has how many legs?"): ("A spider has eight legs.", ("eight", "8")),
    ("what do bees make?", "bees make what?"): ("Bees make honey.", ("honey",)),
    ("what do cows give?", "cows give us what?"): ("Cows give milk.", ("milk",)),
    ("what comes after Monday?", "which day follows Monday?"): ("Tuesday comes after Monday.", ("tuesday",)),
    ("which season is the coldest?", "what is the coldest season?"): ("Winter is the coldest season.", ("winter",)),
    ("which planet do we live on?", "we live on which planet?"): ("We live on the Earth.", ("earth",)),
    ("is fire hot or cold?", "fire: hot or cold?"): ("Fire is hot.", ("hot",)),
    ("is ice hot or cold?", "ice: hot or cold?"): ("Ice is cold.", ("cold",)),
}
_BEYOND = {
    "send emails": ("send an email to $who", "write $who an email"),
    "make phone calls": ("call $who on the phone", "phone $who"),
    "play music": ("play some music", "play a song by $who"),
    "order food": ("order a pizza", "order dinner for $who"),
    "see the weather": ("look up the weather in $town", "tell me the weather in $town"),
    "book trips": ("book a flight to $town", "reserve a hotel in $town"),
    "draw pictures": ("draw a picture of $who", "paint a picture of $town"),
    "open websites": ("open a website about $town", "look on the internet for $who"),
}
_MODAL = ("", "please ", "(can|could) you ", "I want you to ", "now ")
_MODAL_NEW = ("would you ", "be so kind and ", "I would like you to ", "go and ")
_OPENING = ("", "", "", "hey, ", "hi, ", "question: ", "tell me: ", "say, ")
_CAPITAL = (
    "what is the capital of $x?",
    "which city is the capital of $x?",
    "tell me the capital of $x.",
    "capital of $x?",
    "do you know the capital of $x?",
)
_CAPITAL_NEW = (
    "name the capital of $x.",
    "$x has which capital?",
    "what city is $x's capital?",
    "the capital of $x is which city?",
)
_OPPOSITE = (
    "what is the opposite of $x?",
    "tell me the opposite of $x.",
    "opposite of $x?",
    "which word is the opposite of $x?",
)
_OPPOSITE_NEW = (
    "name the opposite of $x.",
    "what is the contrary of $x?",
    "give me the opposite word of $x.",
    "not $x but?",
)
_DEFINE = ("what is $x?", "explain what $x is.", "tell me what $x is.", "define $x.", "what does $x mean?")
_DEFINE_NEW = ("can you define $x?", "describe $x.", "give me a definition of $x.", "say what $x is.")
_NAMES = (
    "my name is $x.",
    "I am $x.",
    "hello, I am $x.",
    "hi, my name is $x.",
    "this is $x.",
    "call me $x.",
    "hey, $x here.",
)
_NAMES_NEW = ("good day, my name is $x.", "I am called $x.", "people call me $x.", "you are talking to $x.")


def chat(draw: Draw) -> Turn:
    """One turn of small talk, a fact, a definition, or a request that no tool can meet."""
    kind = draw.rng.random()
    if kind < 0.4:
        return small_talk(draw, draw.rng.choice(SMALL_TALK))
    if kind < 0.5:
        name = draw.person()
        request = _say(draw, _NAMES, _NAMES_NEW, str(name), opening=False)
        return _turn(request, f"Hello {name}! How can I help you?", (str(name),))
    if kind < 0.62:
        country = draw.rng.choice(list(CAPITALS))
        city = CAPITALS[country]
        return _turn(_say(draw, _CAPITAL, _CAPITAL_NEW, country), f"The capital of {country} is {city}.", (city,))
    if kind < 0.7:
        word = draw.rng.choice(list(OPPOSITES))
        other = OPPOSITES[word]
        return _turn(_say(draw, _OPPOSITE, _OPPOSITE_NEW, word), f"The opposite of {word} is {other}.", (other,))
    if kind < 0.8:
        thing = draw.rng.choice(list(DEFINITIONS))
        answer = DEFINITIONS[thing]
        return _turn(_say(draw, _DEFINE, _DEFINE_NEW, thing), answer, (" ".join(answer.split()[-2:]).rstrip("."),))
    if kind < 0.9:
        (ask, new_ask), (answer, accept) = draw.rng.choice(list(FACTS.items()))
        return _turn(_say(draw, (ask,), (new_ask,), ""), answer, accept)
    return beyond(draw)


def small_talk(draw: Draw, exchange: Exchange) -> Turn:
    """One wording of a fixed exchange."""
    request = sentence(draw.say(exchange.asks, exchange.new_asks))
    return _turn(request, exchange.answer, exchange.accept)


def thanks(draw: Draw) -> Turn:
    """What a user says after the work is done."""
    return small_talk(draw, SMALL_TALK[1])


def beyond(draw: Draw) -> Turn:
    """A request no tool can meet is declined, not attempted."""
    ability = draw.rng.choice(list(_BEYOND))
    slots = {"who": str(draw.person()), "town": str(draw.place())}
    modal = expand(draw.rng, draw.rng.choice(_MODAL_NEW if draw.new_phrasings else _MODAL), {})
    asked = expand(draw.rng, draw.rng.choice(_BEYOND[ability]), slots)
    ending = "?" if modal.startswith(("can", "could", "would")) else "."
    return _turn(sentence(modal + asked) + ending, f"I cannot {ability}.", ("cannot", "can not", "can't", "unable"))


def _say(draw: Draw, train: tuple[str, ...], held_out: tuple[str, ...], value: str, *, opening: bool = True) -> str:
    text = draw.say(train, held_out, x=value)
    return sentence((draw.rng.choice(_OPENING) if opening and text[0].islower() else "") + text)


def _answering(answer: str) -> Finding:
    """An oracle that calls nothing."""
    yield from ()
    return answer


def _turn(request: str, answer: str, accept: tuple[str, ...]) -> Turn:
    return Turn("chat", request, Expected("any of", accept, calls=False), lambda: _answering(answer))
