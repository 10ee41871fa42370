"""What a change made from replies rests on: the same change made in other ways, as estimates that stand beside it.

Unweighted; by practices of both waves only; with "don't know" in the base; with every "don't know" for or against;
without any one region; with other answers called a failure; with untrimmed weights; with a finite population.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.contingency_tables import mcnemar

from pcse_analysis.catalogue.types import Question
from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.metrics.beside import beside
from pcse_analysis.metrics.intervals import CONFIDENCE
from pcse_analysis.metrics.reply_change import designs_of, failing_options, side_of, weighting_of
from pcse_analysis.metrics.sample import Partition, Sample
from pcse_analysis.metrics.two_waves import Difference, Populations, Side, difference
from pcse_analysis.responses import ANSWERED, state_code

Rows = NDArray[np.bool_]
BOTH_WAVES = "both waves"
"""The group of practices that answered both."""
REGION = "region_name"


class Checks:
    """Makes the checks on one change; all of them share its two questions and samples."""

    def __init__(self, change: Change, samples: tuple[Sample, Sample], questions: tuple[Question, Question]) -> None:
        """``samples`` and ``questions`` are those of the earlier and the later wave."""
        self.change, self.samples, self.questions = change, samples, questions
        self.weighting = weighting_of(*samples)
        designs = designs_of(*samples, self.weighting)
        self.sides = self._sides(*designs)

    def _sides(self, *designs: object) -> tuple[Side, Side]:
        first, second = (side_of(s, q, d) for s, q, d in zip(self.samples, self.questions, designs, strict=True))  # type: ignore[arg-type]
        return first, second

    def all(self, populations: Populations | None, without: dict[str, tuple[Rows, Rows]]) -> list[Estimate]:
        """Every check that can be made. ``without`` has for each region the rows of both waves outside it."""
        made = [*self.unweighted(), *self.untrimmed(), *self.matched(), *self.dont_know(), *self.definitions()]
        made += [*self.one_left_out(without)]
        if populations is not None:
            found = difference(*self.sides, populations)
            made.append(self._named("change_finite", found, more={"method": "with finite population correction"}))
        return made

    def _named(
        self, measure: str, found: Difference | None, category: str = "", more: Mapping[str, object] | None = None
    ) -> Estimate:
        low, high = (None, None) if found is None else found.shares.interval(CONFIDENCE)
        numbers: dict[str, object] = {
            "value": None if found is None else found.value,
            "low": low,
            "high": high,
            "confidence": None if found is None else CONFIDENCE,
            "unit": "points",
            "method": "",
            "weighting": self.weighting,
        }
        return beside(self.change, self.samples, measure, numbers | dict(more or {}), category)

    def unweighted(self) -> Iterator[Estimate]:
        """The change of plain shares, beside one that is weighted."""
        if self.weighting == "weighted":
            found = difference(*self._sides(*designs_of(*self.samples, "unweighted")))
            yield self._named("change_unweighted", found, more={"weighting": "unweighted", "method": "without weights"})

    def untrimmed(self) -> Iterator[Estimate]:
        """The change with weights as they were fitted, where the headline's were cut."""
        designs = [sample.untrimmed for sample in self.samples]
        if self.weighting == "weighted" and any(design is not None for design in designs):
            kept = [u or s.weighted for u, s in zip(designs, self.samples, strict=True)]
            before, after = self._sides(*kept)
            method = "with weights that were not trimmed"
            yield self._named("change_untrimmed", difference(before, after), more={"method": method})

    def matched(self) -> Iterator[Estimate]:
        """The change among practices that answered both waves, each counted once, and McNemar's exact test of it."""
        before, after = self._sides(*designs_of(*self.samples, "unweighted"))
        once = [_first_of_each(side) for side in (before, after)]
        common = set(before.keys[once[0]]) & set(after.keys[once[1]])
        rows = [
            o & np.isin(side.keys.astype(str), sorted(common)) for o, side in zip(once, (before, after), strict=True)
        ]
        if not common:
            return
        before, after = before.within(rows[0]), after.within(rows[1])
        order = [np.argsort(side.keys[side.base].astype(str)) for side in (before, after)]
        first, second = before.fails[before.base][order[0]], after.fails[after.base][order[1]]
        better, worse = int((first & ~second).sum()), int((~first & second).sum())
        within = {
            "group_by": BOTH_WAVES,
            "group": BOTH_WAVES,
            "weighting": "unweighted",
            "numerator": float(better + worse),
            "base": float(len(common)),
        }
        found = difference(before, after)
        yield self._named("change_matched", found, more=within | {"method": "practices in both waves only"})
        table = np.array([[0, worse], [better, 0]])
        p = float(mcnemar(table, exact=True).pvalue) if better + worse else 1.0
        test = self._named("p_matched", None, more=within | {"method": "McNemar, exact"})
        yield replace(test, value=p, unit="probability")

    def dont_know(self) -> Iterator[Estimate]:
        """With "don't know" in the base, and the lowest and highest change that the unknown answers leave open."""
        unsure = [self._unsure(s, q) for s, q in zip(self.samples, self.questions, strict=True)]
        if not any(rows.any() for rows in unsure):
            return
        counted = [replace(side, base=side.base | rows) for side, rows in zip(self.sides, unsure, strict=True)]
        yield self._named(
            "change_dont_know_in_base",
            difference(counted[0], counted[1]),
            more={"method": "don't know counted as no problem"},
        )
        failing = [replace(side, fails=side.fails | rows) for side, rows in zip(counted, unsure, strict=True)]
        lowest, highest = difference(failing[0], counted[1]), difference(counted[0], failing[1])
        assert lowest is not None and highest is not None
        bounds = self._named(
            "change_dont_know_bounds", None, more={"method": "every don't know for, and every one against"}
        )
        yield replace(bounds, low=lowest.value, high=highest.value)

    @staticmethod
    def _unsure(sample: Sample, question: Question) -> Rows:
        """Who chose that they do not know."""
        found: Rows = sample.responses.answers[question.item].state == state_code("dont_know")
        return found

    def one_left_out(self, without: dict[str, tuple[Rows, Rows]]) -> Iterator[Estimate]:
        """The lowest and the highest change when one region is left out, with the region that makes it so."""
        changes = {}
        for region, rows in without.items():
            before, after = (side.within(row) for side, row in zip(self.sides, rows, strict=True))
            found = difference(before, after)
            if found is not None:
                changes[region] = found
        if len(changes) > 1:
            for end, pick in (("lowest", min), ("highest", max)):
                region = pick(changes, key=lambda name: (changes[name].value, name))
                method = f"without region {region}"
                yield self._named("change_one_region_out", changes[region], end, {"method": method})

    def definitions(self) -> Iterator[Estimate]:
        """With a narrower and a wider set of answers called a failure, where the scale has room for one.

        Narrower: only the outermost failing option. Wider: every opinion but those of the other end.
        """
        scales = [self.samples[0].survey.scales[question.scale] for question in self.questions]
        failing = [failing_options(q, s) for q, s in zip(self.questions, scales, strict=True)]
        good = [
            s.disagreeing if q.failing == "agreeing" else s.agreeing
            for q, s in zip(self.questions, scales, strict=True)
        ]
        opinions = [[o for o in s.options if o not in s.not_an_opinion] for s in scales]
        outermost = [(f[0],) if f[0] == options[0] else (f[-1],) for f, options in zip(failing, opinions, strict=True)]
        if all(len(options) > 1 for options in failing):
            yield self._defined("narrower", outermost)
        wider = [tuple(o for o in options if o not in g) for options, g in zip(opinions, good, strict=True)]
        if any(set(w) != set(f) for w, f in zip(wider, failing, strict=True)) and all(good):
            yield self._defined("wider", wider)

    def _defined(self, category: str, options: Sequence[tuple[str, ...]]) -> Estimate:
        sides = []
        for side, sample, question, chosen in zip(self.sides, self.samples, self.questions, options, strict=True):
            answers = sample.responses.answers[question.item]
            counted = np.append(np.isin(answers.values, chosen), False)[answers.codes]
            sides.append(replace(side, fails=side.base & counted & (answers.state == state_code(ANSWERED))))
        method = "counted as a problem: " + "; ".join(dict.fromkeys(", ".join(chosen) for chosen in options))
        return self._named("change_defined", difference(sides[0], sides[1]), category, {"method": method})


def rows_without(partitions: tuple[Partition, Partition], regions: list[str]) -> dict[str, tuple[Rows, Rows]]:
    """For each region the rows of both waves that are not in it."""
    first, second = partitions
    return {
        region: (
            first.of_row != first.groups.index(region),
            second.of_row != second.groups.index(region),
        )
        for region in regions
    }


def _first_of_each(side: Side) -> Rows:
    """Of the replies in the base the first of each practice."""
    rows = np.flatnonzero(side.base)
    _, first = np.unique(side.keys[rows].astype(str), return_index=True)
    found = np.zeros(len(side.base), dtype=bool)
    found[rows[first]] = True
    return found
