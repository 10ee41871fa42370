"""Prints one number of a row: rounded here and nowhere else, and marked with the row it comes from."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from math import floor

from markupsafe import Markup

from pcse_analysis.catalogue.types import Publication, Wave
from pcse_analysis.estimates import Change, Estimate

MINUS = "\N{MINUS SIGN}"


def _rounded(value: float, decimals: int) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _percent(value: float, decimals: int) -> str:
    shown = _rounded(value * 100, decimals)
    if shown == 0 and value > 0:
        return f"under {Decimal(1).scaleb(-decimals)}%"
    if shown == 100 and value < 1:
        return f"over {100 - Decimal(1).scaleb(-decimals)}%"
    return f"{shown}%"


def _bare(value: float, decimals: int) -> str:
    """A share as a number under a head that says per cent."""
    return _percent(value, decimals).removesuffix("%")


def _signed(value: float, decimals: int) -> str:
    shown = _rounded(value * 100, decimals)
    return f"{MINUS if shown < 0 else '+' if shown > 0 else ''}{abs(shown)}"


def _points(value: float) -> str:
    shown = abs(_rounded(value * 100, 0))
    return "under 1" if shown == 0 and value != 0 else f"{shown}"


def _probability(value: float) -> str:
    if value < 0.001:
        return "under 0.001"
    return "over 0.999" if value > 0.999 else f"{_rounded(value, 3)}"


FORMS: dict[str, Callable[[float], str]] = {
    "percent": lambda value: _percent(value, 0),
    "percent1": lambda value: _percent(value, 1),
    "bare": lambda value: _bare(value, 0),
    "bare1": lambda value: _bare(value, 1),
    "percent_size": lambda value: f"{_points(value)}%",
    "points": lambda value: _points(value),
    "points1": lambda value: f"{abs(_rounded(value * 100, 1))}",
    "signed": lambda value: _signed(value, 0),
    "signed1": lambda value: _signed(value, 1),
    "ratio": lambda value: f"{_rounded(value, 2)}",
    "decimal1": lambda value: f"{_rounded(value, 1)}",
    "count": lambda value: f"{_rounded(value, 0):,}",
    "pounds": lambda value: f"£{_rounded(value / 100, 0):,}",
    "as_published": lambda value: f"{value:,g}",
    "at_most": lambda value: f"{floor(value):,}",
    "percent_at_most": lambda value: f"{floor(value * 100)}%",
    "probability": _probability,
}
"""Every way in which a number is printed. A share is printed as a percentage, a difference as percentage points."""


def text(number: Estimate | Change, field: str, form: str) -> str:
    """One field of a row as it is printed; ``[x]`` where there is no value."""
    value = getattr(number, field)
    return "[x]" if value is None else FORMS[form](value)


def figure(number: Estimate | Change | None, field: str, form: str) -> Markup:
    """One field of a row as HTML that names the row and the field, so that anyone can check it against the CSV.

    Without a value, or without a row, the mark that says so.
    """
    if number is None:
        return NOT_AVAILABLE
    value = getattr(number, field)
    if value is None:
        return absent(number)
    return Markup('<data class="figure" value="{}" data-row="{}" data-field="{}" data-form="{}">{}</data>').format(
        repr(value).removesuffix(".0"), number.id, field, form, FORMS[form](value)
    )


SUPPRESSED, NOT_AVAILABLE, NOT_APPLICABLE = Markup("[c]"), Markup("[x]"), Markup("[z]")
"""Marks in place of a number; the key under each table says what they mean."""


def absent(number: Estimate | Change) -> Markup:
    """The mark for a number that is not there: suppressed, or not available."""
    return SUPPRESSED if isinstance(number, Estimate) and number.suppressed else NOT_AVAILABLE


def published(publication: Publication) -> Markup:
    """The day of a publication as HTML; with "by" where it is the latest that the day can have been."""
    return Markup("{}{}").format(_by(publication), date(publication.published_on))


def published_text(publication: Publication) -> str:
    """The day of a publication as ``published`` gives it, without an element of its own."""
    return _by(publication) + date_text(publication.published_on)


def _by(publication: Publication) -> str:
    return "by " if publication.date_kind == "latest" else ""


MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def date_text(day: str) -> str:
    """A date, month or year as it is read aloud: 2018-01-16 is 16 January 2018."""
    parts = day.split("-")
    words = [parts[0]]
    if len(parts) > 1:
        words.insert(0, MONTHS[int(parts[1]) - 1])
    if len(parts) > 2:
        words.insert(0, str(int(parts[2])))
    return " ".join(words)


def date(day: str) -> Markup:
    """A date as HTML."""
    return Markup('<time datetime="{}">{}</time>').format(day, date_text(day))


def wave_name(wave: Wave) -> Markup:
    """The label of a wave, as the catalogue words it."""
    return Markup("{}").format(wave.label)
