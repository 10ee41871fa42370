"""What compensation claims show, in words: how long they wait, how they end, and the money."""

from __future__ import annotations

from markupsafe import Markup

from pcse_analysis.reporting.compensation_charts import ENDS
from pcse_analysis.reporting.figures import figure
from pcse_analysis.reporting.ledger_figures import LedgerFigures, half_done

LOSSES = ("", "loss")
"""All claims, and each kind of loss."""


def waits_headline(book: LedgerFigures) -> Markup:
    """After how many days half of each kind of claim is decided, in a line."""
    found = [(book.label(*part), book.get("days_to_decided", "median", *part)) for part in book.parts("loss")]
    told = Markup("; ").join(
        Markup("{}: {}").format(label, half_done(e, "decided", book.ledger.day_name)) for label, e in found
    )
    return told or Markup("How long claims wait")


def against_direct(book: LedgerFigures) -> Markup:
    """How fast claims for lost earnings are decided beside direct losses, or that this is not known."""
    ratio = book.get("rate_against_direct", "", "loss", "lost_earnings")
    if ratio is None or ratio.value is None:
        return Markup(
            "<p>Whether claims for lost earnings are decided more slowly than those for direct losses of the same age "
            "and service cannot be said here.</p>"
        )
    limits = [figure(ratio, side, "ratio") for side in ("low", "high")]
    return Markup(
        "<p>At the same age, and for the same service, claims for lost earnings were decided {} times as fast as those "
        "for direct losses ({} interval {} to {}).</p>"
    ).format(figure(ratio, "value", "ratio"), figure(ratio, "confidence", "percent"), *limits)


def undecided(book: LedgerFigures) -> Markup:
    """How many claims are undecided on the last day, and how old they are."""
    said = []
    for part in book.parts(*LOSSES):
        age = book.get("age_of_undecided", "median", *part)
        if age is not None and age.value is not None:
            words = "{}: {} undecided on the last day, half of them for {} {} or longer."
            counted = figure(age, "base", "count")
            said.append(
                Markup(words).format(book.label(*part), counted, figure(age, "value", "count"), book.ledger.day_name)
            )
    return Markup("<p>{}</p>").format(Markup(" ").join(said)) if said else Markup()


def ends_headline(book: LedgerFigures, last: int) -> Markup:
    """How all claims ended by a day, in a line."""
    shares = [book.get("ended_by", f"{end} by {last} days") for end in ENDS]
    if any(share is None or share.value is None for share in shares):
        return Markup("How claims end")
    told = [figure(share, "value", "percent") for share in shares if share is not None]
    words = "Of all claims {} were paid, {} refused and {} withdrawn within {} {}"
    return Markup(words).format(*told, last, book.ledger.day_name)


def naive(book: LedgerFigures, last: int) -> Markup:
    """What counting the other ends as merely not followed further would claim."""
    right, wrong = (book.get(measure, f"paid by {last} days") for measure in ("ended_by", "ended_by_naive"))
    if right is None or wrong is None or right.value is None or wrong.value is None:
        return Markup()
    return Markup(
        "<p><strong>Not to be used:</strong> to count refused and withdrawn claims as if they were only lost sight of "
        "would say that {} are paid by then, as though they could still be paid. Taken as ends of their own, {} are."
        "</p>"
    ).format(figure(wrong, "value", "percent"), figure(right, "value", "percent"))


def money_headline(book: LedgerFigures) -> Markup:
    """What share of the money asked for was offered, in a line."""
    ratio = book.get("offered_of_asked")
    if ratio is None or ratio.value is None:
        return Markup("What was asked, offered and paid")
    return Markup("{} of what was asked in the claims decided was offered").format(figure(ratio, "value", "percent"))


def unpaid(book: LedgerFigures) -> Markup:
    """Sums over all claims: asked for, undecided, offered and not closed, paid."""
    sums = {name: book.get(name) for name in ("asked", "asked_undecided", "offered_unpaid", "paid")}
    told = {name: figure(e, "value", "pounds") for name, e in sums.items()}
    words = (
        "<p>Asked for in all: {}. In claims still undecided: {}. Offered, and the claim not closed: {}. Paid: {}.</p>"
    )
    return Markup(words).format(*(told[name] for name in sums))
