"""Sources the `current_date` tool finds: the date, the day of the week, the year."""

from __future__ import annotations

from openk2.environments.families.source import Finding, Source
from openk2.environments.task import Call, World
from openk2.environments.values import Draw

_DATE = (
    "today's date",
    "the date [of] today",
    "the current date",
    "the calendar date",
    "the date of the current day",
    "today's calendar date",
    "the date that it is today",
    "the date right now",
)
_DATE_NEW = ("the present date", "the date of this day")
_DATE_ASK = (
    "what is the date[ today]?",
    "what is today's date?",
    "which date is it today?",
    "tell me today's date.",
    "what is the current date?",
    "(can|could) you tell me the date[ of today]?",
    "I need today's date.",
    "do you know today's date?",
    "date today?",
    "give me today's date.",
    "what is the date right now?",
    "I forgot the date. What is it?",
    "which date does the calendar show[ today]?",
    "look up today's date.",
    "(can|could) you check the date for me?",
    "I have to put a date on a letter. Which one is it today?",
    "today's date?",
)
_DATE_ASK_NEW = ("what date do we have?", "today is which date?", "which date do we write?", "the date, please?")
_DAY = (
    "the day of the week",
    "today's day of the week",
    "today's weekday",
    "the weekday",
    "the current weekday",
    "the weekday of today",
    "the name of today's weekday",
    "the current day of the week",
)
_DAY_NEW = ("the weekday we have today", "the name of this day of the week")
_DAY_ASK = (
    "what day is it[ today]?",
    "which day of the week is it?",
    "what day of the week is today?",
    "which weekday is it?",
    "what is the weekday today?",
    "weekday today?",
    "tell me the day of the week.",
    "(can|could) you tell me which weekday it is?",
    "I need the day of the week.",
    "do you know what day [of the week] it is?",
    "I forgot which weekday it is. Can you check?",
    "what is today's weekday?",
    "give me today's weekday.",
    "look up which day of the week it is.",
    "which weekday does the calendar show?",
)
_DAY_ASK_NEW = (
    "today is which weekday?",
    "what day of the week do we have?",
    "what weekday is today?",
    "which day is it?",
)


def today_source(draw: Draw) -> Source:
    """The date, or the day of the week."""
    day = draw.day()
    text = day.isoformat()
    weekday = f"{day:%A}"
    if draw.chance(0.5):
        noun, question = draw.say(_DATE, _DATE_NEW), draw.say(_DATE_ASK, _DATE_ASK_NEW)
        value, part = text, 0
        rivals: tuple[str, ...] = ()
    else:
        noun, question = draw.say(_DAY, _DAY_NEW), draw.say(_DAY_ASK, _DAY_ASK_NEW)
        value, part = weekday, 1
        rivals = tuple(name for name in _WEEKDAYS if name != weekday)

    def find() -> Finding:
        (output,) = yield (Call("current_date", {}),)
        return output.split(", ")[part]

    return Source(noun, question, value, "Today is {}.", find, ("current_date",), World(today=day), rivals)


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
