"""Alt text: true of the numbers that trace writes, grammatical, short, the same every time."""

import csv
import dataclasses
import io
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from races import race

from trajviz import Surface, compare, surface_names, view_names
from trajviz.descent.floor import nearness
from trajviz.errors import TrajvizError
from trajviz.race import Race
from trajviz.scene.alt import MOST_CHARACTERS, describe
from trajviz.surface import Window
from trajviz.surface.catalogue import load_surface
from trajviz.untrusted import check_text


def outcome(run):
    """Return what follows the opening sentence."""
    return describe(run.outcome).partition(". ")[2]


def tracks(run):
    """Return each track's points and times from the CSV that trace writes, plain floats."""
    found = {}
    for row in csv.DictReader(io.StringIO(run.trace("csv").decode())):
        key = (row["optimizer"], row.get("start"))
        spent = sum(int(row[name]) for name in ("gradients", "values", "hessians"))
        found.setdefault(key, []).append((float(row["x"]), float(row["y"]), float(row["f"]), spent))
    return list(found.values())


def away(point, minima):
    return min(math.dist(point[:2], minimum) for minimum in minima)


def since(flags):
    """Return the place from which on all flags are true, counted backwards by hand."""
    place = len(flags)
    while place and flags[place - 1]:
        place -= 1
    return None if place == len(flags) else place


# Checked against the trace


def test_it_says_who_is_near_the_minimum_since_when_and_how_far_off_the_other_is():
    run = race("beale", ("sgd:lr=0.001", "rmsprop:lr=0.075,beta=0.95"), start=(1, 1.6), steps=198)
    sgd, rmsprop = tracks(run)
    arrival = since([away(point, [(3, 0.5)]) <= 0.1 for point in rmsprop])
    left = away(sgd[-1], [(3, 0.5)])
    assert arrival == 173
    assert describe(run.outcome) == (
        "Contour plot of Beale's function from (1, 1.6). RMSProp is within 0.1 of the minimum "
        f"after {arrival} steps; SGD is still {left:.2g} from the minimum after 198 steps."
    )


def test_of_many_tracks_it_says_the_first_the_last_and_how_many_others():
    names = ("sgd", "momentum", "nag", "adagrad", "adamax", "adam")
    run = race("beale", names, steps=1000)
    arrivals = [since([away(p, [(3, 0.5)]) <= 0.1 for p in track]) for track in tracks(run)]
    first, last = np.argsort(arrivals, kind="stable")[[0, -1]]
    titles = [run.trajectories[place].spec.optimizer.title for place in (first, last)]
    assert outcome(run) == (
        f"{titles[0]} is within 0.1 of the minimum after {min(arrivals)} steps and {titles[1]}, "
        f"the last, after {max(arrivals)} steps, with 4 others in between."
    )


def test_it_says_who_came_near_and_went_again():
    run = race("beale", ("rmsprop:lr=0.1",))
    ((*passed, end),) = tracks(run)
    near = [away(point, [(3, 0.5)]) <= 0.1 for point in passed]
    assert not away(end, [(3, 0.5)]) <= 0.1
    assert outcome(run) == (
        f"RMSProp comes within 0.1 of the minimum after {near.index(True)} steps, but ends "
        f"{away(end, [(3, 0.5)]):.2g} from it."
    )


def test_of_several_minima_it_says_which_one():
    run = race("himmelblau", ("sgd", "adam"), start=(-1, -1))
    minima = run.surface.minima
    found = [min(minima, key=lambda m: math.dist(track[-1][:2], m)) for track in tracks(run)]
    assert found[0] == found[1]
    times = [since([math.dist(p[:2], found[0]) <= 0.1 for p in track]) for track in tracks(run)]
    where = f"({found[0][0]:.4g}, {found[0][1]:.4g})"
    assert outcome(run) == (
        f"SGD and Adam are within 0.1 of the minimum at {where} after {times[0]} and {times[1]} "
        "steps."
    )


def test_it_says_at_which_step_a_track_diverges():
    run = race("rosenbrock", ("sgd:lr=1", "newton"))
    sgd, newton = tracks(run)
    arrival = since([away(point, [(1, 1)]) <= 0.05 for point in newton])
    assert outcome(run) == (
        f"Newton is within 0.05 of the minimum after {arrival} steps; "
        f"SGD diverges at step {len(sgd)}."
    )


def test_it_says_who_ends_lower_than_the_known_minimum_and_where():
    run = compare("mccormick", ["sgd:lr=0.1"], start=(-1.4, -2.9))
    ((*_, end),) = tracks(run)
    assert end[2] < -5
    assert outcome(run) == (
        "SGD leaves the window after 1 step and ends lower than the known minimum, at height "
        f"{end[2]:.3g}."
    )
    run = compare("mccormick", ["sgd:lr=0.1"], start=(-1.4, -2.9), window=(-9, 4, -9, 4))
    assert outcome(run) == f"SGD ends lower than the known minimum, at height {end[2]:.3g}."


def test_without_a_minimum_it_says_who_leaves_the_window_and_where_the_others_are():
    run = race("saddle", ("sgd:lr=0.01", "momentum:lr=0.02"), steps=120)
    window = run.window
    sgd, momentum = tracks(run)
    out = [
        not (window.x0 <= x <= window.x1 and window.y0 <= y <= window.y1) for x, y, *_ in momentum
    ]
    assert out[-1]
    assert outcome(run) == (
        f"SGD ends in the window, at height {sgd[-1][2]:.3g}; "
        f"Momentum leaves the window after {since(out)} steps."
    )


def test_by_evaluations_it_counts_evaluations():
    run = race("rosenbrock", ("newton",), clock="evaluations")
    (newton,) = tracks(run)
    arrival = newton[since([away(point, [(1, 1)]) <= 0.05 for point in newton])][3]
    assert outcome(run) == f"Newton is within 0.05 of the minimum after {arrival} evaluations."


def test_of_a_swarm_it_says_from_how_many_starts_which_minimum_is_reached():
    run = race("himmelblau", ("sgd:lr=0.02",), starts="7x7")
    ends = [track[-1] for track in tracks(run)]
    counts = {m: sum(math.dist(end[:2], m) <= 0.1 for end in ends) for m in run.surface.minima}
    (best, most), (second, fewer), *none = sorted(counts.items(), key=lambda item: -item[1])
    assert fewer
    assert all(count == 0 for _, count in none)
    assert describe(run.outcome) == (
        "Contour plot of Himmelblau's function from 49 starts. SGD ends within 0.1 of the minimum "
        f"at ({best[0]:.4g}, {best[1]:.4g}) from {most} of 49 starts and of "
        f"({second[0]:.4g}, {second[1]:.4g}) from {fewer}."
    )


def test_of_several_swarms_it_says_which_fares_best_and_worst():
    names = ("sgd", "adam", "rmsprop", "nag:lr=0.015")
    run = race("himmelblau", names, starts="7x7")
    minima, found = run.surface.minima, {}
    for t, track in zip(run.trajectories, tracks(run), strict=True):
        whole = t.diverged_at is None
        found.setdefault(t.label, []).append(whole and away(track[-1], minima) <= 0.1)
    totals = {name: sum(flags) for name, flags in found.items()}
    best, *_, worst = sorted(totals, key=lambda name: -totals[name])
    titles = [run_title(run, name) for name in (best, worst)]
    lost = sum(t.diverged_at is not None for t in run.trajectories if t.label == "nag")
    assert outcome(run) == (
        f"{titles[0]} ends within 0.1 of a minimum from {totals[best]} of 49 starts and "
        f"{titles[1]} from {totals[worst]} of 49, with 2 others in between; "
        f"NAG diverges from {lost} of 49 starts."
    )


def run_title(run, label):
    return next(t.spec.optimizer.title for t in run.trajectories if t.label == label)


def test_of_basins_it_says_from_how_much_of_the_window_a_minimum_is_reached():
    run = race("himmelblau", ("sgd:lr=0.01",), view="basins", steps=100)
    swarm = race("himmelblau", ("sgd:lr=0.01",), starts="32x24", steps=100)
    extent = swarm.window.extent
    near = [
        min(np.hypot(*((t.points[-1] - m) / extent)) for m in swarm.surface.minima) < 0.02
        for t in swarm.trajectories
    ]
    assert describe(run.outcome) == (
        "Basins of attraction of Himmelblau's function for SGD. SGD reaches one of 4 minima from "
        f"about {100 * np.mean(near):.0f} % of the window."
    )


def test_a_still_is_told_as_of_its_step():
    run = race("beale", ("rmsprop:lr=0.075,beta=0.95",), start=(1, 1.6), steps=198)
    (track,) = tracks(run)
    assert describe(run.outcome, 20) == (
        "Contour plot of Beale's function from (1, 1.6), at step 20. RMSProp is still "
        f"{away(track[20], [(3, 0.5)]):.2g} from the minimum after 20 steps."
    )


def test_a_still_before_a_track_diverges_does_not_say_that_it_will():
    run = race("rosenbrock", ("sgd:lr=1",))
    lost = run.trajectories[0].diverged_at
    assert "diverges" in describe(run.outcome, lost)
    assert "diverges" not in describe(run.outcome, lost - 1)


def test_recorded_paths_are_told_with_their_file(tmp_path):
    file = tmp_path / "run.csv"
    file.write_text("optimizer,step,x,y\nmine,0,1,1.6\nmine,1,2.9,0.45\nmine,2,3,0.5\n")
    assert describe(compare("beale", paths=[file]).outcome) == (
        "Contour plot of Beale's function from (1, 1.6), with paths from run.csv. mine is within "
        "0.1 of the minimum after 2 steps."
    )


# How it is said


def test_what_is_just_not_near_does_not_seem_near():
    dish = Surface(lambda x, y: (x - 1.0004) ** 2 + y**2, (-5, 5, -5, 5), (0.9, 0), [(1.0004, 0)])
    said = outcome(compare(dish, ["sgd:lr=1e-9"], steps=3))
    assert said == "SGD is still 0.11 from the minimum after 3 steps."


def test_two_settings_of_one_optimizer_are_told_apart():
    said = describe(race("bowl", ("sgd:lr=0.1", "sgd:lr=0.02"), steps=10).outcome)
    assert "sgd lr=0.1" in said
    assert "sgd lr=0.02" in said


def test_charts_and_a_title_are_part_of_it():
    run = race("bowl", ("sgd",), panels=("loss", "step-size"), title="Mine", view="split")
    assert describe(run.outcome).startswith(
        "Contour plot and 3-D relief of an elongated bowl, titled “Mine”, from (-9, 2.4), with "
        "charts of loss and step size. "
    )


@pytest.mark.parametrize("name", surface_names())
def test_every_surface_is_called_by_a_name_or_with_an_article(name):
    assert re.match(r"(a|an|the) \w|[A-Z][\w ]+'s \w", load_surface(name).phrase)


@pytest.mark.parametrize("name", sorted({*view_names()} - {"curve"}))
def test_every_view_is_called_something(name):
    said = describe(race("bowl", ("sgd:lr=0.5",), view=name, steps=20).outcome)
    assert re.match(r"[A-Z3][\w-]+ .*of an elongated bowl", said)


def test_parameters_are_told_and_a_formula_stands_for_itself():
    assert "Rosenbrock's banana with b = 10 from" in describe(
        race("rosenbrock:b=10", ("sgd",)).outcome
    )
    assert "plot of x**2 + y**2 from" in describe(race("x**2 + y**2", ("sgd",)).outcome)


def test_a_file_without_a_docstring_is_told_by_its_title(tmp_path):
    file = tmp_path / "my_dish.py"
    file.write_text(
        "from trajviz import Surface\n"
        "surface = Surface(lambda x, y: x * x + y * y, window=(-1, 1, -1, 1), start=(0.5, 0.5))\n"
    )
    assert "plot of the surface My dish from (0.5, 0.5)" in describe(compare(file, ["sgd"]).outcome)


def test_the_same_race_is_told_in_the_same_words():
    assert describe(compare("beale", steps=30).outcome) == describe(
        compare("beale", steps=30).outcome
    )


def test_a_race_in_a_notebook_has_it_as_its_alt():
    run = race("bowl", ("sgd:lr=0.5",), steps=4, seconds=0.2, title="<b> & “x”")
    assert "titled “&lt;b&gt; &amp; “x””, from" in run._repr_html_()


# Whatever is asked


@given(
    window=st.tuples(
        st.floats(-1e3, 1e3), st.floats(1e-3, 1e3), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3)
    )
)
def test_near_is_about_a_hundredth_of_the_shorter_side_and_round(window):
    x, width, y, height = window
    near = nearness(Window(x, x + width, y, y + height))
    assert 0.6 < near / (min(Window(x, x + width, y, y + height).extent) / 100) < 1.6
    assert f"{near:.15g}".strip("0.").partition("e")[0] in ("1", "2", "5")


specs = st.builds(
    lambda name, rate: f"{name}:lr={rate}",
    st.sampled_from(["sgd", "momentum", "adam", "rmsprop"]),
    st.sampled_from([1e-3, 0.1, 1, 30]),
)


@pytest.mark.long
@given(
    surface=st.sampled_from(["himmelblau", "saddle", "rosenbrock", "x*y"]),
    optimizers=st.lists(specs, min_size=1, max_size=9, unique=True),
    starts=st.sampled_from(["", "", "3x2"]),
    steps=st.integers(1, 40),
    at=st.none() | st.integers(0, 40),
)
def test_it_is_one_short_line_of_whole_sentences(surface, optimizers, starts, steps, at):
    run = compare(surface, optimizers, starts=starts, steps=steps, size=(1920, 1080))
    said = describe(run.outcome, at if at is None else min(at, steps))
    assert len(said) <= MOST_CHARACTERS
    outcome = said.partition(". ")[2]
    assert outcome.endswith(".")
    assert not re.search(r"after 1 steps|\b1 others|\bnan\b|from 0 of|\.\.|  ", outcome)
    for names, verb in re.findall(r"(?:^|; )([^;]*?) (is|are|leaves?|diverges?) ", outcome):
        several = " and " in names or ", " in names
        assert several == (verb in ("are", "leave", "diverge")), said


def taken(text):
    """Return whether a picture takes a text."""
    try:
        check_text("text", text)
    except TrajvizError:
        return False
    return True


@given(
    title=st.text(max_size=90).filter(taken), label=st.text(min_size=1, max_size=40).filter(taken)
)
def test_whatever_a_user_writes_it_stays_one_printable_line(title, label):
    outcome = race("bowl", ("sgd:lr=0.1",), steps=5).outcome
    (track,) = outcome.trajectories
    named = dataclasses.replace(track, spec=dataclasses.replace(track.spec, label=label))
    recipe = outcome.recipe.changed(title=title)
    said = describe(dataclasses.replace(outcome, trajectories=(named,), recipe=recipe))
    assert said.isprintable()
    assert said == " ".join(said.split())
    assert len(said) < 300


@pytest.mark.parametrize("room", range(110, 240, 10))
def test_what_has_no_room_is_counted(room, monkeypatch):
    run = race("rosenbrock", ("sgd:lr=1", "momentum:lr=0.5", "newton", "adam:lr=0.1"), steps=60)
    whole = describe(run.outcome)
    monkeypatch.setattr("trajviz.scene.alt.MOST_CHARACTERS", room)
    said = describe(run.outcome)
    assert len(said) <= room
    told, _, untold = said.rpartition("; " if "; " in said else ". ")
    if said != whole:
        assert whole.startswith(told)
        count = int(re.fullmatch(r"(\d+) others? go(es)? untold\.", untold)[1])
        named = [name for name in ("SGD", "Momentum", "Newton", "Adam") if name in told]
        assert count == 4 - len(named)


# Rare, and told truly all the same


def changed(run, **changes):
    """Return a race whose tracks are changed one by one: what each key says of each track."""
    tracks = [
        dataclasses.replace(track, **{key: values[place] for key, values in changes.items()})
        for place, track in enumerate(run.trajectories)
    ]
    return Race(dataclasses.replace(run.outcome, trajectories=tuple(tracks)))


def test_many_that_arrive_together_are_told_together():
    run = race("bowl", ("newton", "sgd:lr=0.5", "adam"), steps=4)
    there = np.array([[-9, 2.4], [0, 0], [0, 0]])
    run = changed(run, points=[there] * 3, heights=[np.zeros(3)] * 3)
    assert outcome(run) == "Newton, SGD and Adam are within 0.05 of the minimum after 1 step."


def test_paths_that_end_at_different_steps_are_told_at_their_ends(tmp_path):
    file = tmp_path / "run.csv"
    rows = ["a,0,1,1.6", "a,1,1,1", "b,0,1,1.6", "b,1,1,1", "b,2,0,0.5"]
    file.write_text("\n".join(["optimizer,step,x,y", *rows]))
    said = outcome(compare("beale", paths=[file]))
    assert said == "a and b are still 2.1 and 3 from the minimum at the end."


def test_a_run_that_overflows_has_not_arrived_wherever_it_was_before():
    run = race("himmelblau", ("sgd",), starts="2x1", steps=50)
    near = np.array([[1.0, 1], [3, 2]])
    both = changed(run, points=[near, near], heights=[np.zeros(2)] * 2, diverged_at=[None, 2])
    assert outcome(both) == (
        "SGD ends within 0.1 of the minimum at (3, 2) from 1 of 2 starts; "
        "SGD diverges from 1 of 2 starts."
    )


def test_of_many_minima_it_names_three_and_counts_the_rest():
    waves = Surface(
        lambda x, y: 1 - np.cos(2 * np.pi * x) + y**2, window=(-3, 3, -1, 1), start=(0.1, 0),
        minima=tuple((float(x), 0.0) for x in range(-2, 3)),
    )  # fmt: skip
    run = compare(waves, ["sgd:lr=0.01"], starts="12x1", steps=9)
    ends = [-2] * 5 + [0] * 3 + [2] * 2 + [-1, 1]
    run = changed(run, points=[np.array([[0.5, 0], [x, 0]], dtype=float) for x in ends],
                  heights=[np.zeros(2)] * 12)  # fmt: skip
    assert outcome(run) == (
        "SGD ends within 0.02 of the minimum at (-2, 0) from 5 of 12 starts, of (0, 0) from 3, "
        "of (2, 0) from 2 and of 2 more from 2."
    )


def test_the_surfaces_own_title_is_not_told_twice():
    assert "titled" not in describe(race("bowl", ("sgd",), title="Elongated bowl").outcome)
