"""Replies of one wave together with what they stand for: the designs to estimate with, and how they are parted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.catalogue.types import Survey
from pcse_analysis.metrics.design import Design, make_design
from pcse_analysis.metrics.register_weights import Weighted
from pcse_analysis.responses import Answers, Responses

Keys = NDArray[np.object_]
Places = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The replies of one export with the design that counts each reply once and, where there is one, the weighted one.

    ``keys`` name the practice of each reply, the same in every wave; a reply without one has a key of its own.
    """

    survey: Survey
    responses: Responses
    keys: Keys
    plain: Design
    weighted: Design | None
    untrimmed: Design | None = None
    """The weighted design before its weights were trimmed, where any were."""
    sources: tuple[str, ...]
    known_on: str

    @property
    def designs(self) -> tuple[tuple[str, Design], ...]:
        """Each design with the name of its weighting, the plain one first."""
        plain = (("unweighted", self.plain),)
        return plain if self.weighted is None else (*plain, ("weighted", self.weighted))


def sample_of(
    responses: Responses,
    survey: Survey,
    sources: tuple[str, ...],
    known_on: str,
    fitted: Weighted | None = None,
) -> Sample:
    """The sample that replies are, with the weights of their export or else those fitted to a register.

    Several replies of one practice are a cluster.
    """
    keys = practice_keys(responses)
    plain = make_design(np.ones(len(responses)), clusters=keys.astype(str))
    weighted = untrimmed = None
    if responses.weights is not None:
        weighted = plain.with_weights(responses.weights)
    elif fitted is not None:
        weighted = plain.with_weights(fitted.design.weights, fitted.design.calibration)
        if fitted.untrimmed is not None:
            untrimmed = plain.with_weights(fitted.untrimmed.weights, fitted.untrimmed.calibration)
    return Sample(
        survey=survey,
        responses=responses,
        keys=keys,
        plain=plain,
        weighted=weighted,
        untrimmed=untrimmed,
        sources=sources,
        known_on=known_on,
    )


def practice_keys(responses: Responses) -> Keys:
    """For each reply the practice it is of; for a reply without a practice a key that no other reply has."""
    own = [f"{responses.wave} {responses.export} {key}" for key in responses.respondents["respondent"]]
    practice = responses.respondents.get("practice")
    named = [""] * len(own) if practice is None else [str(code) for code in practice.fillna("")]
    return np.array([code or key for code, key in zip(named, own, strict=True)], dtype=object)


@dataclass(frozen=True, kw_only=True)
class Partition:
    """Respondents parted into groups: the place of each one's group, or -1 for none."""

    group_by: str
    groups: tuple[str, ...]
    of_row: Places


def everyone(responses: Responses) -> Partition:
    """All respondents in one group without a name."""
    return Partition(group_by="", groups=("",), of_row=np.zeros(len(responses), dtype=np.intp))


def by_answer(answers: Answers) -> Partition:
    """Respondents by their answer to a question with one answer."""
    return Partition(group_by=answers.item, groups=answers.values, of_row=answers.codes.astype(np.intp))


def by_column(responses: Responses, column: str, order: Iterable[str] = ()) -> Partition | None:
    """Respondents by what the register knows of their practice; None where nothing is known of any.

    Groups stand in the given order, others after them by name.
    """
    if column not in responses.respondents:
        return None
    values = responses.respondents[column].astype("object")
    known = {str(value) for value in values.dropna()} - {""}
    if not known:
        return None
    groups = [*(group for group in order if group in known), *sorted(known - set(order))]
    place = {group: number for number, group in enumerate(groups)}
    of_row = np.array([place.get(str(value), -1) for value in values.fillna("")], dtype=np.intp)
    return Partition(group_by=column, groups=tuple(groups), of_row=of_row)
