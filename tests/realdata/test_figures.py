"""Published figures of real surveys, had again from their raw exports by catalogue files alone.

``figures/<survey>.csv`` holds what others published (or what ``SOURCES.md`` beside the data says was recomputed from
their tables), with the source of each figure. Nothing here knows one survey from another.
"""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pcse_analysis.catalogue.choices import find_edition
from pcse_analysis.catalogue.types import Catalogue
from pcse_analysis.estimates import Estimate
from pcse_analysis.evidence import Replies, read_inputs, read_replies
from pcse_analysis.evidence.reply_figures import reply_evidence
from pcse_analysis.metrics.sample import by_answer, everyone, sample_of
from pcse_analysis.metrics.survey import FAILING, survey_estimates
from pcse_analysis.responses import Responses
from tests.shared import REALDATA, needs_realdata

HERE = Path(__file__).parent
COLUMNS = ["wave", "export", "item", "option", "by", "group", "measure", "value", "weighting", "source"]
SURVEYS = sorted(path.stem for path in (HERE / "figures").glob("*.csv"))

pytestmark = needs_realdata


@cache
def catalogue() -> Catalogue:
    return read_inputs(HERE, REALDATA).catalogue


@cache
def replies(survey: str) -> Replies:
    """The replies of the edition that bears the survey's name."""
    inputs = read_inputs(HERE, REALDATA)
    return read_replies(HERE, REALDATA, inputs.catalogue, find_edition(inputs.catalogue, survey))


def figures(survey: str) -> list[dict[str, str]]:
    with (HERE / "figures" / f"{survey}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows and list(rows[0]) == COLUMNS
    return rows


def of_export(survey: str, row: dict[str, str]) -> Responses:
    (found,) = [r for r in replies(survey).responses if (r.wave, r.export) == (row["wave"], row["export"])]
    return found


def rows(responses: Responses, row: dict[str, str]) -> NDArray[np.bool_]:
    """The replies that a published figure is of."""
    if not row["by"]:
        return np.ones(len(responses), dtype=bool)
    by = by_answer(responses.answers[row["by"]])
    found: NDArray[np.bool_] = by.of_row == by.groups.index(row["group"])
    return found


@cache
def estimates(survey: str, wave: str, export: str, item: str, by: str) -> list[Estimate]:
    """Every estimate of a question, for everyone or by the answers to another."""
    described = catalogue().surveys[survey]
    (responses,) = [r for r in replies(survey).responses if (r.wave, r.export) == (wave, export)]
    partition = by_answer(responses.answers[by]) if by else everyone(responses)
    return survey_estimates(sample_of(responses, described, (), ""), [described.questions[item, wave]], partition)


def found_estimates(survey: str, row: dict[str, str], measure: str) -> list[Estimate]:
    made = estimates(survey, row["wave"], row["export"], row["item"], row["by"])
    weighting = row["weighting"] or "unweighted"
    return [e for e in made if (e.measure, e.group, e.weighting) == (measure, row["group"], weighting)]


def shares(survey: str, row: dict[str, str]) -> list[Estimate]:
    """The shares of the options that a published figure adds up: one, or several parted by semicolons."""
    found = [share for share in found_estimates(survey, row, "share") if share.category != FAILING]
    options = [share.category for share in found]
    wanted = [row["option"]] if row["option"] in options else row["option"].split("; ")
    picked = [share for share in found if share.category in wanted]
    assert len(picked) == len(wanted), row
    return picked


def chosen(survey: str, row: dict[str, str]) -> NDArray[np.bool_]:
    """Of those that answered a question with several options a row each: which of the options named they chose."""
    answers = of_export(survey, row).answers[row["item"]]
    assert answers.chosen is not None
    columns = [answers.options.index(option) for option in row["option"].split("; ")]
    return answers.chosen[:, columns][answers.codes[answers.codes >= 0]]


def found_value(survey: str, row: dict[str, str]) -> float:
    """What the package finds for a published figure, in the unit in which it was published."""
    responses = of_export(survey, row)
    match row["measure"]:
        case "received":
            return responses.flow.received
        case "analysed":
            return responses.flow.analysed
        case "missing":
            answers = responses.answers[row["item"]]
            return int(((answers.codes < 0) & rows(responses, row)).sum())
        case "count":
            return sum(share.numerator or 0 for share in shares(survey, row))
        case "base":
            return shares(survey, row)[0].base or 0.0
        case "percent":
            return 100 * sum(share.value or 0 for share in shares(survey, row))
        case "percent_any":
            return 100 * float(chosen(survey, row).any(axis=1).mean())
        case "count_all":
            return int(chosen(survey, row).all(axis=1).sum())
        case "mean":
            (found,) = found_estimates(survey, row, "mean")
            assert found.value is not None
            return found.value
    raise AssertionError(row["measure"])


@pytest.mark.parametrize("survey", SURVEYS)
def test_no_two_figures_have_one_id(survey: str) -> None:
    """Origin: the law of ids. A wave may have several exports of one group, such as a form before and one after."""
    ids = [e.id for e in reply_evidence(catalogue(), catalogue().editions[survey], replies(survey)).estimates]
    assert ids
    assert [row for row, count in Counter(ids).items() if count > 1] == []


@pytest.mark.parametrize("survey", SURVEYS)
def test_every_published_figure_is_had_again(survey: str) -> None:
    """Origin: the column ``source`` of each figure; equal when rounded as the figure was printed."""
    wrong = []
    for row in figures(survey):
        published = Decimal(row["value"])
        half = float(Decimal(1).scaleb(int(published.as_tuple().exponent))) / 2
        value = found_value(survey, row)
        whole = row["measure"] in ("count", "count_all", "missing", "base", "received", "analysed")
        if abs(value - float(published)) > (0 if whole else half + 1e-9):
            wrong.append(f"{row}: found {value}")
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("survey", SURVEYS)
def test_every_row_received_is_analysed_or_excluded(survey: str) -> None:
    """Law: rows in are rows analysed and rows excluded."""
    for responses in replies(survey).responses:
        assert responses.flow.received == responses.flow.analysed + len(responses.excluded) > 0


@pytest.mark.parametrize("survey", SURVEYS)
def test_the_tidy_frame_has_one_row_a_respondent_and_question(survey: str) -> None:
    """Law: the key of the frame; and its rows are the replies times the questions of each export."""
    frame = replies(survey).frame()
    assert len(frame) == sum(len(r) * len(r.answers) for r in replies(survey).responses)
    assert not frame.duplicated(["wave", "export", "respondent", "item"]).any()
    answered = frame["state"] == "answered"
    assert frame.loc[answered, "answer"].notna().all()
    assert frame.loc[frame["state"].isin(["not_asked", "not_answered"]), "answer"].isna().all()


def test_there_is_no_code_for_one_survey() -> None:
    """Every survey here is described by files alone: this is the only Python beside them."""
    python = sorted(path.name for path in HERE.rglob("*.py") if "notebooks" not in path.parts)
    assert python == ["__init__.py", "test_figures.py"]
    assert np.isin(SURVEYS, list(catalogue().surveys)).all()
