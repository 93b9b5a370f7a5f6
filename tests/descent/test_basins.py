"""Basins: each start is what a run from it alone finds, whatever is computed together."""

import functools
import itertools

import numpy as np
import pytest
from races import descents

from trajviz.descent import basins as module
from trajviz.descent import no_progress
from trajviz.descent.basins import (
    DIVERGED,
    ELSEWHERE,
    find_basins,
    lattice,
    minima_of,
)
from trajviz.descent.noise import CUSTOMARY
from trajviz.optimizers import Optimizer
from trajviz.race import compare
from trajviz.recipe.spec import Spec
from trajviz.surface import Surface

SMALL = {"size": (320, 240), "steps": 40, "seconds": 0.4, "hold": 0, "view": "basins"}
NEAR = 0.02
"""How near to a minimum counts as there, in window widths: as the room states it, by hand."""
THREE = ("sgd:lr=0.01", "momentum:lr=0.005", "adam:lr=0.3")


@functools.cache
def himmelblau():
    return compare("himmelblau", THREE, **SMALL)


def found(race, trajectory, starts, steps=40, progress=no_progress):
    minima = minima_of(race.surface, race.trajectories, steps, race.window, race.outcome.noise)
    return find_basins(
        race.surface, trajectory, starts, steps, minima, race.window, race.outcome.noise, progress
    )


@pytest.mark.long
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_start_is_classified_as_a_run_from_it_alone_ends(place):
    race = himmelblau()
    starts = lattice(race.window, 9, 7)
    basins = found(race, race.trajectories[place], starts)
    minima = np.array(race.surface.minima)
    for index in np.ndindex(7, 9):
        (alone,) = compare("himmelblau", [THREE[place]], start=starts[index], steps=40).trajectories
        offset = (alone.points[:, None] - minima) / race.window.extent
        near = np.hypot(*np.moveaxis(offset, -1, 0)) < NEAR
        if not near[-1].any():
            assert basins.reached[index] == ELSEWHERE
            continue
        assert basins.reached[index] == np.argmax(near[-1])
        away = np.flatnonzero(~near[:, np.argmax(near[-1])])
        assert basins.arrival[index] == (away[-1] + 1 if len(away) else 0)


def test_on_a_bowl_every_run_arrives_when_its_distance_says():
    race = compare("x**2 + y**2", ["sgd:lr=0.25"], start=(1, 1), window=(-1, 1, -1, 1))
    basins = found(race, race.trajectories[0], lattice(race.window, 8, 8))
    # Each step halves the distance; the window is 2 wide, and what is found lies at 0 to rounding.
    distance = np.hypot(*np.moveaxis(lattice(race.window, 8, 8), -1, 0)) / 2
    assert (basins.reached == 0).all()
    expected = np.ceil(np.log2(distance / NEAR))
    np.testing.assert_array_equal(basins.arrival, expected)


def test_runs_that_overflow_are_told_from_those_that_go_astray():
    race = compare("x**4 + y**2", ["sgd:lr=0.1"], start=(1, 1), window=(-9, 9, -9, 9))
    basins = found(race, race.trajectories[0], lattice(race.window, 3, 1), steps=200)
    assert basins.reached.tolist() == [[DIVERGED, 0, DIVERGED]]
    assert 0 < basins.arrival[0, 0] < 20


@pytest.mark.parametrize("chunk", [1, 7, 10_000])
def test_it_makes_no_difference_what_is_computed_together(chunk, monkeypatch):
    race = himmelblau()
    starts = lattice(race.window, 8, 6)
    whole = found(race, race.trajectories[1], starts, steps=20)
    monkeypatch.setattr(module, "_CHUNK", chunk)
    parts = found(race, race.trajectories[1], starts, steps=20)
    np.testing.assert_array_equal(parts.reached, whole.reached)
    np.testing.assert_array_equal(parts.arrival, whole.arrival)


def test_progress_is_told_up_to_the_end():
    race, told = himmelblau(), []
    found(race, race.trajectories[0], lattice(race.window, 100, 90), 2, lambda *p: told.append(p))
    assert told == [(8192, 9000), (9000, 9000)]


def test_minima_that_nobody_stated_are_found_where_runs_come_to_rest():
    race = compare("(x**2 - 1)**2 + y**2", ["sgd:lr=0.1"], start=(0.5, 1), window=(-2, 2, -2, 2))
    minima = minima_of(race.surface, race.trajectories, 200, race.window, race.outcome.noise)
    np.testing.assert_allclose(sorted(minima.tolist()), [[-1, 0], [1, 0]], atol=1e-6)


def test_further_places_of_rest_stand_behind_the_stated_minima():
    race = compare("peaks", ["sgd:lr=0.05"], steps=200)
    minima = minima_of(race.surface, race.trajectories, 200, race.window, race.outcome.noise)
    np.testing.assert_array_equal(minima[0], race.surface.minima[0])
    assert len(minima) == 3
    np.testing.assert_allclose(race.surface.gradient(minima), 0, atol=0.01)


def test_a_plain_on_which_runs_stay_where_they_start_is_no_minimum():
    window = (-9, 9, -9, 9)
    optimizers = ["sgd:lr=0.4", "nag:lr=0.1", "momentum:lr=0.1"]  # who start at the same places
    race = compare("(-exp(-x**2 - y**2))", optimizers, start=(1, 1), window=window)
    minima = minima_of(race.surface, race.trajectories, 200, race.window, race.outcome.noise)
    np.testing.assert_allclose(minima, [[0, 0]], atol=1e-6)


def test_a_cycle_of_two_steps_is_no_place_of_rest():
    race = compare("x**2 + y**2", ["sgd:lr=1"], start=(1, 1), window=(-2, 2, -2, 2))
    minima = minima_of(race.surface, race.trajectories, 40, race.window, race.outcome.noise)
    assert minima.shape == (0, 2)


FLAT = Surface(lambda x, y: 0 * x * y, (0, 1, 0, 1), (0.5, 0.5))


def found_by(rule, steps):
    (one,) = descents(FLAT, Spec(Optimizer("own", rule, {}), {}, "own"), steps=steps)
    return minima_of(FLAT, [one], steps, FLAT.window, CUSTOMARY)


def rest_places(runs, travel, wobble=0.0, steps=20):
    """Return what is found on a unit square where so many runs end together, and all others stay.

    They come down by `travel` at once, but are far along x before the last tenth of the steps, and
    off by `wobble` where it begins.
    """

    def guided(_gradient, w):
        chosen = np.arange(w.size // 2).reshape(w.shape[:-1]) < runs
        # The lattice has 32 columns and 24 rows, the topmost first; the target is below the second.
        x, y = 1.5 / 32, 1 - 0.5 / 24 - travel
        for step in itertools.count(1):
            left = steps - max(2, steps // 10) - step
            off = 0.03 if left > 0 else wobble if left == 0 else 0.0
            yield np.where(chosen[..., None], [x + off, y], w)

    return found_by(guided, steps).tolist()


def test_where_two_minima_are_near_the_nearer_one_is_reached():
    def stay(_gradient, w):
        while True:
            yield w

    (one,) = descents(FLAT, Spec(Optimizer("stay", stay, {}), {}, "stay"), steps=1)
    starts = np.array([[[0.497, 0.5], [0.504, 0.5], [0.506, 0.5], [0.513, 0.5], [0.5, 0.53]]])
    for minima, places in (([0.5, 0.51], [0, 0, 1, 1, 255]), ([0.51, 0.5], [1, 1, 0, 0, 255])):
        points = np.array([[x, 0.5] for x in minima])
        basins = find_basins(
            FLAT, one, starts, 1, points, FLAT.window, CUSTOMARY, no_progress
        )  # fmt: skip
        assert basins.reached.tolist() == [places]


def test_places_of_rest_are_looked_for_from_the_centres_of_32_by_24_cells():
    seen = []

    def watched(_gradient, w):
        seen.append(w.tolist())
        while True:
            yield w

    found_by(watched, steps=1)
    assert seen == [[0.5, 0.5], lattice(FLAT.window, 32, 24).reshape(-1, 2).tolist()]


def test_three_runs_that_end_together_make_a_place_of_rest_and_two_do_not():
    assert rest_places(2, travel=0.5) == []
    (place,) = rest_places(3, travel=0.5)
    assert place == pytest.approx([1.5 / 32, 0.5 - 0.5 / 24])


def test_a_run_that_ends_within_two_tolerances_of_its_start_has_not_travelled():
    assert rest_places(3, travel=0.039) == []
    assert len(rest_places(3, travel=0.041)) == 1


@pytest.mark.parametrize("steps", [3, 20, 90])
def test_a_run_rests_whose_last_tenth_moves_less_than_a_twentieth_of_the_tolerance(steps):
    assert rest_places(3, travel=0.5, wobble=0.0011, steps=steps) == []
    assert len(rest_places(3, travel=0.5, wobble=0.0009, steps=steps)) == 1


def test_more_minima_than_colours_can_tell_apart_are_not_told_apart():
    race = compare("rastrigin", ["sgd:lr=0.002"], steps=40)
    minima = minima_of(race.surface, race.trajectories, 100, race.window, race.outcome.noise)
    assert minima.shape == (8, 2)
    nine = tuple((k / 10, 0.0) for k in range(9))
    many = Surface(lambda x, y: x * x + y * y, (-1, 1, -1, 1), (0.5, 0.5), minima=nine)
    (one,) = descents(many, "sgd:lr=0.1", steps=2)
    found = minima_of(many, [one], 2, many.window, CUSTOMARY)
    assert found.tolist() == [list(point) for point in nine[:8]]


def test_stated_minima_outside_the_window_are_left_out():
    race = compare("himmelblau", THREE[:1], window=(0, 5, 0, 5), start=(1, 1), steps=40)
    minima = minima_of(race.surface, race.trajectories, 40, race.window, race.outcome.noise)
    assert minima.tolist() == [[3, 2]]
