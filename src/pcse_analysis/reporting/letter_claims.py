"""What letters say, set against the figures in words and in a table, service line by service line."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pcse_analysis.catalogue.types import Claim, Letter
from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Verdict
from pcse_analysis.reporting.figures import date, figure
from pcse_analysis.reporting.findings import change_finding
from pcse_analysis.reporting.html import Html, joined
from pcse_analysis.reporting.issue_words import fall_range
from pcse_analysis.reporting.issue_words import headline as slow_down_headline
from pcse_analysis.reporting.letter import Judged, Judgement, judged_claims, letters_of
from pcse_analysis.reporting.tables import Cell, Table


def lead(dossier: Dossier) -> Html:
    """The claims of letters that the figures contradict, before anything else is said."""
    said = []
    for letter in letters_of(dossier):
        judged = judged_claims(dossier, letter)
        for claim in letter.claims:
            of_claim = [j for j in judged if j.claim is claim]
            if any(j.judgement == "contradicted" for j in of_claim):
                answer = _answer(dossier, of_claim)
                words = Markup("<p class='lead'>{} says in substance (reworded here): {} {}</p>")
                said.append(words.format(letter.label, claim.claim, answer))
    return Html(joined(said))


def claims(dossier: Dossier) -> Html:
    """Each claim of each letter set against the figures, service line by service line."""
    letters = letters_of(dossier)
    if not letters:
        return Html(Markup("<p>No letter about this survey had been written by the evidence date.</p>"))
    parts: list[object] = []
    for letter in letters:
        judged = judged_claims(dossier, letter)
        parts.append(Markup("<p>{}, {}. Its claims are reworded here.</p>").format(letter.label, date(letter.date)))
        testable = [claim for claim in letter.claims if any(j.claim is claim and j.about for j in judged)]
        for claim in testable:
            answer = _answer(dossier, [j for j in judged if j.claim is claim])
            parts.append(Markup("<h3>Claim {}. {}</h3>\n<p>{}</p>").format(claim.id, claim.claim, answer))
        by_service = [claim for claim in testable if claim.test != "slowed_down"]
        parts.append(_claim_table(dossier, letter, by_service, judged))
        others = joined(
            Markup("<li>Claim {}. {} {}</li>").format(c.id, c.claim, _why_not(dossier, c))
            for c in letter.claims
            if c not in testable
        )
        title = "Claims that no figure of this edition can test"
        parts.append(Markup("<h3>{}</h3>\n<ul>\n{}\n</ul>").format(title, others))
    return Html(joined(parts))


def _why_not(dossier: Dossier, claim: Claim) -> Markup:
    """What a claim without a judgement would need; where the ledger that it speaks of is held, that it is shown."""
    held = [ledger.label for ledger in dossier.ledgers if ledger.kind == claim.ledger]
    if not held:
        return Markup("<strong>Not testable</strong>: it would need {}.").format(claim.needs)
    words = "<strong>Not judged</strong>: what would show it was not fixed beforehand. What is known stands under {}."
    return Markup(words).format(_list(held))


ANSWERS: dict[Judgement, str] = {
    "contradicted": "<strong>{} contradict this</strong>{}{}.",
    "supported": "<strong>{} support this</strong>{}{}.",
    "not shown": "<strong>{} do not show this</strong>{}{}.",
}


def _answer(dossier: Dossier, judged: Sequence[Judged]) -> Markup:
    """The judgement of one claim in plain words: first where it is settled, then where it cannot be tested."""
    answers = []
    by_log = judged[0].claim.test == "slowed_down"
    who = "The issue logs" if by_log else "The published figures"
    for judgement, template in ANSWERS.items():
        told = [_with_grounds(dossier, j) for j in judged if j.judgement == judgement]
        if told:
            listed = Markup("; ").join(told) if by_log else _list(told)
            answers.append(Markup(template).format(who, ": " if by_log else " for ", listed))
    untested = [j.about for j in judged if j.judgement == "not testable" and j.about]
    if untested:
        needs = "more issues in both periods" if by_log else judged[0].claim.needs
        answers.append(Markup("It cannot be tested for {}: that would need {}.").format(_list(untested), needs))
    return Markup(" ").join(answers)


def _with_grounds(dossier: Dossier, judged: Judged) -> Markup:
    if judged.claim.test == "slowed_down":
        words = Markup("{} ({} interval {})")
        return Markup("; ").join(
            words.format(slow_down_headline(judged.about, c), figure(c, "confidence", "percent"), fall_range(c))
            for c in judged.changes
        )
    telling = {"contradicted": Verdict.IMPROVED, "supported": Verdict.DETERIORATED}.get(judged.judgement)
    grounds = [change for change in judged.changes if change.verdict is telling] or judged.changes
    headlines = Markup("; ").join(change_finding(dossier, change).headline for change in grounds)
    return Markup("{} ({})").format(judged.about, headlines)


def _list(labels: Sequence[str]) -> Markup:
    separated = Markup(", ").join(labels[:-1])
    return Markup("{} and {}").format(separated, labels[-1]) if separated else Markup("{}").format(labels[-1])


def _claim_table(dossier: Dossier, letter: Letter, claims: Sequence[Claim], judged: Sequence[Judged]) -> Table:
    rows: list[list[Cell]] = []
    for line in dossier.catalogue.service_lines.values():
        of_line = [next(j for j in judged if j.claim is claim and j.about == line.label) for claim in claims]
        grounds = Markup("; ").join(
            Markup("<a href='#{0}'>{0}</a> {1}").format(dossier.pair(change).finding, change.verdict)
            for change in of_line[0].changes
        )
        rows.append([line.label, *(j.judgement for j in of_line), grounds or "no figure that can be compared"])
    heads = ("Service", *(Markup("Claim {}").format(claim.id) for claim in claims), "On the grounds of finding")
    return Table(Markup("Table L. {}: claims judged by service").format(letter.label), heads, rows)
