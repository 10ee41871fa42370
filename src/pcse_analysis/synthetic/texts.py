"""Free text of made-up respondents, with personal details that reach nobody."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import cycle

from pcse_analysis.synthetic.chance import Chance

SLOT = re.compile(r"\{(\w+)\}")
DOMAINS = ("example.org", "surgery.invalid", "example.com")
"""Names that RFC 2606 sets aside for examples."""
PHONES = ("01632 960", "020 7946 0", "07700 900", "0808 157 0")
"""Numbers that Ofcom sets aside for drama; three more digits follow."""
NI_NUMBERS = ("QQ123456C", "QQ 12 34 56 C")
"""The example on the forms of HM Revenue and Customs; QQ is never given out."""
POSTCODE = "ZZ99 3WZ"
"""One of the pseudo postcodes of the NHS, whose area ZZ does not exist; no mail goes there."""


def written_texts(
    plain: Sequence[str],
    personal: Sequence[str],
    times: int,
    people: Sequence[str],
    count: int,
    share: Fraction,
    chance: Chance,
) -> list[str]:
    """A text, or nothing, for each of ``count`` respondents; each text of ``personal`` stands ``times`` times."""
    slots = _slots(people, chance)
    planted = [_filled(text, slots) for text in personal for _ in range(times)]
    others = max(0, int(share * count / 100) - len(planted))
    texts = [*planted, *(plain[place % len(plain)] for place in range(others))]
    return chance.shuffled([*texts, *[""] * (count - len(texts))])


def _filled(text: str, slots: Mapping[str, Callable[[], str]]) -> str:
    return SLOT.sub(lambda match: slots[match[1]](), text)


def _slots(people: Sequence[str], chance: Chance) -> dict[str, Callable[[], str]]:
    """What makes each kind of detail; the forms of a kind take turns, so that every form occurs."""
    domains, phones, ni_numbers, names = map(cycle, (DOMAINS, PHONES, NI_NUMBERS, people))
    return {
        "email": lambda: f"reply.{chance.between(1000, 9999)}@{next(domains)}",
        "phone": lambda: f"{next(phones)}{chance.below(1000):03d}",
        "nhs": lambda: nhs_number(chance),
        "ni": lambda: next(ni_numbers),
        "gmc": lambda: f"0{chance.below(1000000):06d}",
        "postcode": lambda: POSTCODE,
        "name": lambda: next(names),
    }


def nhs_number(chance: Chance) -> str:
    """An NHS number of the test range, which begins with 999, with its right check digit (modulus 11)."""
    while True:
        digits = f"999{chance.below(1000000):06d}"
        check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return f"{digits[:3]} {digits[3:6]} {digits[6:]}{check % 11}"
