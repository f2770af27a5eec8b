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
            "hello again[!]",
            "hello, how are things here?",
            "hello assistant[!]",
            "hi, anybody there?",
            "hey there[!]",
            "good morning to you[!]",
            "hello, nice to meet you[!]",
            "hi everyone[!]",
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
            "thank you, that is great[!]",
            "thank you a lot[!]",
            "great, thank you[!]",
            "thanks, that helped[!]",
            "thanks, perfect[!]",
            "thank you for that[!]",
            "wonderful, thanks[!]",
            "thanks for your work[!]",
            "ok, thanks[!]",
            "good, thank you[!]",
            "that helped me, thank you[!]",
        ),
        ("thanks so much[!]", "thank you for the help[!]", "nice, thanks[!]", "cheers, thank you[!]"),
        "You are welcome!",
        ("welcome", "glad", "pleasure"),
    ),
    Exchange(
        (
            "bye[!]",
            "goodbye[!]",
            "see you[ later][!]",
            "good night[!]",
            "bye bye[!]",
            "that is all, bye[.]",
            "bye, see you[!]",
            "ok, bye[!]",
            "goodbye and thanks[!]",
            "I have to go, bye[!]",
            "see you tomorrow[!]",
            "see you soon[!]",
            "have a good day, bye[!]",
            "good bye[!]",
            "I am leaving now, goodbye[!]",
        ),
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
            "(can|could) you tell me who you are?",
            "what is this, who are you?",
            "who is this?",
            "do you know who you are?",
            "tell me your name.",
            "tell me something about yourself.",
            "are you a machine?",
            "are you a robot?",
            "what kind of assistant are you?",
            "which model are you?",
            "I want to know who you are.",
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
            "what can you help me with?",
            "what can you do for me?",
            "how could you help me?",
            "tell me how you can help.",
            "what are your abilities?",
            "what is your job?",
            "what are you made for?",
            "I need help, what can you do?",
            "show me what you can do.",
            "explain what you can do.",
            "I want to know what you can do.",
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
        (
            "how are you[ today]?",
            "how do you do?",
            "how is it going?",
            "are you well?",
            "how are things?",
            "how are you doing?",
            "how are you feeling?",
            "are you doing well?",
            "are you all right?",
            "and how are you?",
            "is everything all right?",
            "how is your day?",
        ),
        ("how have you been?", "are you fine?", "how do you feel today?", "is everything well?"),
        "I am fine, thank you. How can I help you?",
        ("fine", "well", "good"),
    ),
    Exchange(
        (
            "who made you?",
            "who trained you?",
            "where do you come from?",
            "who built you?",
            "who created you?",
            "who is your creator?",
            "who developed you?",
            "who wrote you?",
            "who are your developers?",
            "tell me who made you.",
            "do you know who trained you?",
            "by whom were you made?",
            "what project are you from?",
        ),
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
            "that is great[!]",
            "that was good[!]",
            "you did a good job[!]",
            "you are very helpful[!]",
            "you work well[!]",
            "good answer[!]",
            "nice[!]",
            "I like your work[!]",
            "this is perfect[!]",
        ),
        ("excellent[!]", "that was good work[!]", "you did well[!]", "very nice[!]"),
        "Thank you!",
        ("thank",),
    ),
    Exchange(
        (
            "ok[.]",
            "okay[.]",
            "all right[.]",
            "I see[.]",
            "fine[.]",
            "good[.]",
            "ok then[.]",
            "alright[.]",
            "I got it[.]",
            "got it[.]",
            "yes[.]",
            "that is fine[.]",
            "all good[.]",
        ),
        ("I understand[.]", "sounds good[.]", "very well[.]", "okay then[.]"),
        "Is there anything else I can do?",
        ("anything", "help", "else"),
    ),
    Exchange(
        (
            "I am (sad|tired|bored).",
            "I feel (sad|tired|bored).",
            "I am not well.",
            "today is a bad day.",
            "I am (unhappy|exhausted|lonely).",
            "I feel bad.",
            "I feel so (sad|tired|bored).",
            "I had a bad day.",
            "this is a bad day for me.",
            "I am so (sad|tired|bored) today.",
        ),
        ("I am feeling (sad|tired).", "it is not my day.", "I do not feel well.", "my day was bad."),
        "I am sorry to hear that. I hope it gets better.",
        ("sorry", "hope", "better"),
    ),
    Exchange(
        (
            "tell me a joke.",
            "do you know a joke?",
            "make me laugh.",
            "say something funny.",
            "(can|could) you tell me a joke?",
            "I need a joke.",
            "tell a joke.",
            "tell me something funny.",
            "can you make me laugh?",
            "do you know something funny?",
        ),
        ("a joke, please.", "can you be funny?", "I want to hear a joke.", "give me a joke."),
        "Why did the file cross the folder? To get to the other side.",
        ("why",),
    ),
    Exchange(
        (
            "which tools do you have?",
            "what tools can you use?",
            "do you have tools?",
            "name your tools.",
            "what tools do you have?",
            "which tools can you use?",
            "list your tools.",
            "tell me your tools.",
            "tell me which tools you have.",
            "show me your tools.",
            "(can|could) you use tools?",
            "what are your tools?",
        ),
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
    (
        "(how many days (are|are there) in a week?|how many days does a week have?|tell me how many days a week has.)",
        "a week has how many days?",
    ): ("A week has seven days.", ("seven", "7")),
    (
        "(how many months (are|are there) in a year?|how many months does a year have?)",
        "a year has how many months?",
    ): ("A year has twelve months.", ("twelve", "12")),
    (
        "(how many hours (are|are there) in a day?|how many hours does a day have?|tell me how many hours a day has.)",
        "a day has how many hours?",
    ): ("A day has 24 hours.", ("24", "twenty-four")),
    (
        "(how many minutes (are|are there) in an hour?|how many minutes does an hour have?)",
        "an hour has how many minutes?",
    ): ("An hour has 60 minutes.", ("60", "sixty")),
    ("((what|which) colour is the sky?|what is the colour of the sky?)", "the sky has which colour?"): (
        "The sky is blue.",
        ("blue",),
    ),
    ("((what|which) colour is grass?|what is the colour of grass?)", "grass has which colour?"): (
        "Grass is green.",
        ("green",),
    ),
    ("((what|which) colour is snow?|what is the colour of snow?)", "snow has which colour?"): (
        "Snow is white.",
        ("white",),
    ),
    (
        "(how many legs does a dog have?|how many legs do dogs have?|tell me how many legs a dog has.)",
        "a dog has how many legs?",
    ): ("A dog has four legs.", ("four", "4")),
    (
        "(how many legs does a spider have?|how many legs do spiders have?|tell me how many legs a spider has.)",
        "a spider has how many legs?",
    ): ("A spider has eight legs.", ("eight", "8")),
    ("(what do bees (make|produce)?|what is made by bees?|tell me what bees make.)", "bees make what?"): (
        "Bees make honey.",
        ("honey",),
    ),
    ("(what do cows (give|produce)?|what do we get from cows?|tell me what cows give.)", "cows give us what?"): (
        "Cows give milk.",
        ("milk",),
    ),
    (
        "(what comes after Monday?|what day comes after Monday?|which day is after Monday?)",
        "which day follows Monday?",
    ): ("Tuesday comes after Monday.", ("tuesday",)),
    (
        "(which season is the coldest?|what season is the coldest?|tell me the coldest season.)",
        "what is the coldest season?",
    ): ("Winter is the coldest season.", ("winter",)),
    (
        "((which|what) planet do we live on?|on which planet do we live?|what is the name of our planet?)",
        "we live on which planet?",
    ): ("We live on the Earth.", ("earth",)),
    ("(is fire hot or cold?|is fire cold or hot?|tell me if fire is hot or cold.)", "fire: hot or cold?"): (
        "Fire is hot.",
        ("hot",),
    ),
    ("(is ice hot or cold?|is ice cold or hot?|tell me if ice is hot or cold.)", "ice: hot or cold?"): (
        "Ice is cold.",
        ("cold",),
    ),
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
_MODAL = (
    "",
    "please ",
    "(can|could) you ",
    "I want you to ",
    "now ",
    "I need you to ",
    "please, ",
    "(can|could) you please ",
    "next, ",
    "today, ",
    "kindly ",
    "it would help me if you could ",
)
_MODAL_NEW = ("would you ", "be so kind and ", "I would like you to ", "go and ")
_OPENING = ("", "", "", "hey, ", "hi, ", "question: ", "tell me: ", "say, ")
_CAPITAL = (
    "what is the capital of $x?",
    "which city is the capital of $x?",
    "tell me the capital of $x.",
    "capital of $x?",
    "do you know the capital of $x?",
    "(can|could) you tell me the capital of $x?",
    "what is $x's capital city?",
    "which city is the capital city of $x?",
    "what is the name of the capital of $x?",
    "I need the capital of $x.",
    "I want to know the capital of $x.",
    "give me the capital of $x.",
    "find the capital of $x.",
    "the capital of $x?",
    "the capital of $x, please.",
    "for a quiz: the capital of $x?",
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
    "(can|could) you tell me the opposite of $x?",
    "what is the opposite of the word $x?",
    "which word means the opposite of $x?",
    "I need the opposite of $x.",
    "I want to know the opposite of $x.",
    "do you know the opposite of $x?",
    "give me the opposite of $x.",
    "the opposite of $x?",
    "the opposite of $x, please.",
)
_OPPOSITE_NEW = (
    "name the opposite of $x.",
    "what is the contrary of $x?",
    "give me the opposite word of $x.",
    "not $x but?",
)
_DEFINE = (
    "what is $x?",
    "explain what $x is.",
    "tell me what $x is.",
    "define $x.",
    "what does $x mean?",
    "(can|could) you explain what $x is?",
    "(can|could) you tell me what $x is?",
    "do you know what $x is?",
    "I want to know what $x is.",
    "I do not know what $x is.",
    "explain $x.",
    "please explain $x.",
    "what is meant by $x?",
    "in short, what is $x?",
    "how would you explain $x?",
    "what do people mean by $x?",
)
_DEFINE_NEW = ("can you define $x?", "describe $x.", "give me a definition of $x.", "say what $x is.")
_NAMES = (
    "my name is $x.",
    "I am $x.",
    "hello, I am $x.",
    "hi, my name is $x.",
    "this is $x.",
    "call me $x.",
    "hey, $x here.",
    "hello, my name is $x.",
    "hi, I am $x.",
    "hi there, I am $x.",
    "I am $x, nice to meet you.",
    "hi, this is $x.",
    "hello, here is $x.",
    "just so you know, my name is $x.",
    "you can call me $x.",
    "hey, I am $x.",
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
