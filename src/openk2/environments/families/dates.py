"""Sources the `current_date` tool finds: the date, the day of the week, the year."""

from __future__ import annotations

from openk2.environments.families.source import Finding, Source
from openk2.environments.task import Call, World
from openk2.environments.values import Draw

_DATE = ("today's date", "the date [of] today", "the current date")
_DATE_NEW = ("the present date", "the date of this day")
_DATE_ASK = ("what is the date[ today]?", "what is today's date?", "which date is it today?", "tell me today's date.")
_DATE_ASK_NEW = ("what date do we have?", "today is which date?", "which date do we write?", "the date, please?")
_DAY = ("the day of the week", "today's day of the week", "today's weekday")
_DAY_NEW = ("the weekday we have today", "the name of this day of the week")
_DAY_ASK = (
    "what day is it[ today]?",
    "which day of the week is it?",
    "what day of the week is today?",
    "which weekday is it?",
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
