"""Designs: what a weight, a stratum and a population may be, and what is made of them."""

from __future__ import annotations

import numpy as np
import pytest

from pcse_analysis.errors import DataError
from pcse_analysis.metrics.design import kish_effect, make_design, refuse_lonely


def test_every_kind_of_wrong_weight_is_listed_at_once() -> None:
    """The list of the issue: missing, zero, negative, infinite; with the first replies that have it."""
    with pytest.raises(DataError) as error:
        make_design([1.0, np.nan, 0.0, -2.0, np.inf, 0.0])
    told = str(error.value)
    assert "1 of 6 weights is missing: reply 2" in told
    assert "2 of 6 weights are zero: reply 3, 6" in told
    assert "1 of 6 weights is negative: reply 4" in told
    assert "1 of 6 weights is infinite: reply 5" in told
    assert told.count("To mend") == 1


def test_many_wrong_weights_are_not_all_named() -> None:
    """Five places, then dots: a message must stay readable."""
    with pytest.raises(DataError, match=r"reply 1, 2, 3, 4, 5, \.\.\."):
        make_design(np.zeros(40))


def test_nobody_is_not_a_design() -> None:
    """A base of nought."""
    with pytest.raises(DataError, match="no reply is left"):
        make_design([])


def test_a_population_must_be_one_number_and_large_enough() -> None:
    """Stratum a: two numbers. Stratum b: three sampled of two. Stratum c: not known."""
    with pytest.raises(DataError) as error:
        make_design(
            np.ones(7), strata=list("aabbbcc"), population=[10, 11, 2, 2, 2, np.nan, 9],
        )  # fmt: skip
    told = str(error.value)
    assert "stratum 'a': found populations 10 and 11, expected one" in told
    assert "stratum 'b': 3 were sampled from a population of 2" in told
    assert "stratum 'c': its population is missing for some replies" in told


def test_labels_must_be_there() -> None:
    """A reply without a stratum cannot be placed; both columns are told of at once."""
    with pytest.raises(DataError) as error:
        make_design(np.ones(3), strata=["a", None, "a"], clusters=["x", "y", None])
    assert "1 of 3 replies have no stratum: reply 2" in str(error.value)
    assert "1 of 3 replies have no cluster: reply 3" in str(error.value)


def test_the_same_cluster_in_two_strata_is_two() -> None:
    """Hand count: x in a, x and y in b: three clusters of four replies; 3 - 2 degrees of freedom."""
    design = make_design(np.ones(4), strata=list("aabb"), clusters=list("xxxy"))
    assert (design.psus, design.degrees_of_freedom, design.has_clusters) == (3, 1, True)
    assert design.psus_in.tolist() == [1, 2]


def test_factors_by_hand() -> None:
    """Stratum of 3 of 9: (1 - 1/3) 3/2 = 1; without the population 3/2."""
    design = make_design(np.ones(3), population=[9, 9, 9])
    assert design.factors.tolist() == pytest.approx([1.0])
    assert design.without_correction().factors.tolist() == [1.5]


def test_a_stratum_of_one_is_named_unless_it_is_all_there_is() -> None:
    """One of four in b says nothing of b; one of one is the whole of c."""
    design = make_design(np.ones(4), strata=list("aabc"), population=[9, 9, 4, 1])
    with pytest.raises(DataError, match="strata with one cluster only: b"):
        refuse_lonely(design, ["a", "b", "c"])
    refuse_lonely(make_design(np.ones(3), strata=list("aac"), population=[9, 9, 1]))


def test_design_effect_of_weights_by_hand() -> None:
    """Weights 1 and 3: 2 over (4^2 / 10) = 1.25."""
    assert kish_effect(np.array([1.0, 3.0])) == pytest.approx(1.25)
