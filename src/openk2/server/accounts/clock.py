"""Times as the database keeps them, milliseconds since 1970 in UTC, and as people write them."""

from datetime import UTC, date, datetime, timedelta

from openk2.errors import RequestError

_YEAR_10000 = 253_402_300_800_000


def milliseconds(seconds: float) -> int:
    """Of seconds since 1970."""
    return int(seconds * 1000)


def iso(time: int | None, *, fraction: bool = False) -> str | None:
    """`2026-11-29T20:15:00Z`, with `fraction` `…00.123Z`; None stays None."""
    if time is None:
        return None
    at = datetime.fromtimestamp(time / 1000, UTC)
    return at.isoformat(timespec="milliseconds" if fraction else "seconds").replace("+00:00", "Z")


def read_time(text: str, where: str) -> int:
    """Milliseconds of a date (its beginning) or a time; without zone it is UTC. Raises RequestError naming `where`."""
    try:
        at = datetime.fromisoformat(text)
        time = milliseconds((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError, OSError):
        time = -1
    if not 0 <= time < _YEAR_10000:
        raise RequestError(f"{where} is {text!r}; accepted: 2027-01-31 or 2027-01-31T12:00:00Z")
    return time


def read_day(text: str, where: str) -> date:
    """A day; raises RequestError naming `where`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RequestError(f"{where} is {text!r}; accepted: a day such as 2027-01-31") from None


def day_of(time: int) -> date:
    """The day in UTC."""
    return datetime.fromtimestamp(time / 1000, UTC).date()


def day_begins(day: date) -> int:
    """Its first millisecond."""
    return milliseconds(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def period_begins(period: str, day: date) -> date:
    """The first day of the `day` or `month` that `day` is in."""
    return day if period == "day" else day.replace(day=1)


def period_ends(period: str, day: date) -> date:
    """The first day of the next one."""
    if period == "day":
        return day + timedelta(days=1)
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
