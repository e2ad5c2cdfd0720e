"""Whether given probabilities come true, in figures and as a picture."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.evaluation.calibration import calibration_of, wilson_interval
from tests.evaluation.picture import reliability_svg


def test_an_engine_without_probabilities_has_no_calibration() -> None:
    assert calibration_of([]) is None


def test_certainty_that_comes_true_has_no_error() -> None:
    calibration = calibration_of([(1.0, True)] * 10)
    assert calibration is not None
    assert (calibration.brier, calibration.expected_error) == (0.0, 0.0)


def test_certainty_that_fails_half_the_time_is_half_wrong() -> None:
    """Brier: half of the squares are 1. Expected error: predicted 1.0, seen 0.5."""
    calibration = calibration_of([(1.0, True), (1.0, False)])
    assert calibration is not None
    assert (calibration.brier, calibration.expected_error) == (0.5, 0.5)


def test_errors_are_weighed_by_the_lines_that_have_them() -> None:
    """Three lines at 0.8 that all come true miss by 0.2, one at 0.3 that does not by 0.3."""
    calibration = calibration_of([(0.8, True)] * 3 + [(0.3, False)])
    assert calibration is not None
    assert [bin_.lines for bin_ in calibration.bins] == [1, 3]
    assert calibration.expected_error == pytest.approx((3 * 0.2 + 0.3) / 4)
    assert calibration.brier == pytest.approx((3 * 0.04 + 0.09) / 4)


def test_an_honest_engine_shows_a_small_error() -> None:
    """Truth drawn with just the probability given."""
    chance = random.Random(3)
    probabilities = [chance.random() for _ in range(20_000)]
    calibration = calibration_of([(each, chance.random() < each) for each in probabilities])
    assert calibration is not None
    assert calibration.expected_error < 0.02
    inside = [bin_.low <= bin_.predicted <= bin_.high for bin_ in calibration.bins]
    assert sum(inside) >= len(inside) - 2


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_within_certainty(counts: tuple[int, int]) -> None:
    true, count = counts
    low, high = wilson_interval(true, count)
    assert 0 <= low <= high <= 1
    assert low - 1e-9 <= true / count <= high + 1e-9


def test_the_picture_is_a_drawing_with_a_disc_per_bin() -> None:
    calibration = calibration_of([(0.999, True)] * 500 + [(0.6, True), (0.6, False)])
    assert calibration is not None
    root = etree.fromstring(reliability_svg(calibration, "Reliability").encode())
    discs = root.findall("{http://www.w3.org/2000/svg}circle")
    assert len(discs) == len(calibration.bins) == 2
    titles = [disc[0].text for disc in discs]
    assert titles == [
        "2 lines: given 0.600000, came true 0.500000",
        "500 lines: given 0.999000, came true 1.000000",
    ]
