"""The program of the live page: the same numbers as the command's."""

import dataclasses
import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from nodejs import in_page, inside, needs_node, node, received, runs
from races import SEVEN, race

from trajviz import Surface, compare
from trajviz.descent.noise import Noise
from trajviz.descent.outcome import Outcome
from trajviz.descent.tuning import tune_rates
from trajviz.files import live
from trajviz.files.live import live_program
from trajviz.files.live.javascript import numbers, text
from trajviz.files.live.surfaces import surface_text
from trajviz.optimizers.rules import load_rule, rule_names
from trajviz.recipe.schedule import SCHEDULES, Schedule
from trajviz.recipe.spec import parse_spec
from trajviz.surface.catalogue import load_surface, surface_names
from trajviz.surface.compiled import is_exact
from trajviz.surface.traced import program_of

pytestmark = needs_node

STEPS = 200
CLOSE = 1e-10
NUMBERS = (Path(live.__file__).parent / "_numbers.js").read_text("utf-8")
POWERS = ("nadam",)
"""Rules in which a power occurs, which C and JavaScript may round in different ways."""


def changed(name):
    """Return a rule's settings, each another than its default where its range allows that."""
    rule, found = load_rule(name), {}
    for key, value in rule.defaults.items():
        tries = [value * 0.7 if value else 0.05, value * 1.1] if key != "lr" else []
        allowed = [one for one in tries if key not in rule.ranges or one in rule.ranges[key]]
        found.update({key: allowed[0]} if allowed else {})
    return found


def entrants(settings):
    return [{"name": name, **(changed(name) if settings else {})} for name in rule_names()]


def distance(some, others):
    """Return how far paths are apart, in units or in shares where numbers are large."""
    if some.shape != others.shape:
        return np.inf
    return float((np.abs(some - others) / np.maximum(1, np.abs(some))).max(initial=0))


def nudged(ours, label, options):
    """Yield a track from an ulp to either side of its start, and with heights some ulps off.

    A line search compares heights, so that its start alone tells not all of its chaos.
    """
    (spec,) = (one for one in ours.outcome.setup.specs if one.label == label)
    options = {**options, "optimizers": [spec]}
    for far in (np.inf, -np.inf):
        beside = tuple(float(np.nextafter(place, far)) for place in ours.start)
        yield from compare(ours.surface, start=beside, **options).trajectories
    for seed in (9.973e12, 7.919e12):
        yield from compare(shaken(ours.surface, seed), **options).trajectories


def shaken(surface, seed):
    """Return a surface on which each height, and each slope, is some ulps more or less."""

    def factor(x, y):
        wave = np.sin(seed * (x + 0.7 * y))
        return 1 + 4 * np.finfo(float).eps * np.sign(wave)  # whose slope is 0

    def formula(x, y, **rows):
        return factor(x, y) * surface.formula(x, y, **rows)

    def slopes(points, **rows):
        return factor(*points.T)[..., None] * surface.gradient_formula(points, **rows)

    given = surface.gradient_formula and slopes
    return dataclasses.replace(surface, formula=formula, gradient_formula=given)


def is_exact_on(trajectory, surface):
    """Tell whether a run is of sums, products, quotients and square roots alone."""
    program = program_of(surface)
    if program is None:
        return False
    tapes = [one.tape for one in (program.value, program.gradient, program.hessian)]
    return trajectory.spec.optimizer.name not in POWERS and all(map(is_exact, tapes))


def check(ours, found, **options):
    """Compare a race's tracks with those of its program; `options` are the race's own."""
    for one, (points, heights, diverged) in zip(ours.trajectories, found, strict=True):
        if is_exact_on(one, ours.surface):
            assert points.tolist() == one.points.tolist(), (ours, one)
            assert heights.tolist() == one.heights.tolist(), (ours, one)
        apart = distance(one.points, points)
        if apart >= CLOSE:
            beside = nudged(ours, one.label, options)
            chaos = max(distance(one.points, other.points) for other in beside)
            assert chaos >= CLOSE, (ours, one, apart, chaos)
            continue
        assert distance(one.heights, heights) < 100 * CLOSE, (ours, one)
        assert diverged == (one.diverged_at is not None), (ours, one)


@pytest.fixture(scope="module")
def engines(request):
    """What runs scripts: node.js, and one page of Chromium for all."""
    page = request.getfixturevalue("browser").new_page()
    page.set_default_timeout(600_000)  # ends a page that hangs, not a slow one
    return node, in_page(page)


def check_all(cases, engines=(node,)):
    """Compare races, each a surface and what `compare` is told beside."""
    ours = [compare(surface, **options) for surface, options in cases]
    programs = [live_program(one, rules=[]) for one in ours]
    for engine in engines:
        for one, tracks, (_, options) in zip(
            ours, runs(programs, engine=engine), cases, strict=True
        ):
            check(one, tracks, **{"window": one.window, **options})


def cases_on(surface, **options):
    """Return races of all rules on a surface: at defaults, and at other settings and high rates."""
    return [
        (surface, {"optimizers": entrants(k), "steps": STEPS, "lr": lr, **options})
        for k, lr in enumerate(("equal:0.01", "equal:0.2"))
    ]


def test_every_rule_takes_the_same_steps():
    check_all([*cases_on("rosenbrock")[:1], *cases_on("matyas")[1:]])


@pytest.mark.long
@pytest.mark.parametrize("surface", surface_names())
def test_every_rule_takes_the_same_steps_on_every_surface(surface, engines):
    check_all(cases_on(surface), engines)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noise_and_mini_batches_are_those_that_the_command_draws(seed, engines):
    searches = ("backtracking", "conjugate-gradient")  # which take long where heights are noisy
    quick = [one for one in entrants(0) if one["name"] not in searches]
    options = {"optimizers": quick, "steps": STEPS, "lr": "equal:0.01", "seed": seed}
    searching = {**options, "optimizers": searches, "steps": 15}
    noises = {"beale": {"noise": 0.3}, "regression": {"batch_size": 4}, "noisy-moons": {}}
    check_all(
        [
            (surface, {**several, **noise})
            for surface, noise in noises.items()
            for several in (options, searching)
        ],
        engines,
    )


def test_noise_and_mini_batches_of_a_few_steps_are_those_that_the_command_draws():
    few = {"optimizers": ["sgd", "adam"], "steps": 25, "lr": "equal:0.05"}
    check_all([("beale", {**few, "noise": 0.3, "seed": 1}), ("noisy-moons", {**few, "seed": 2}),
               ("regression", {**few, "batch_size": 4, "seed": 3})])  # fmt: skip


def test_schedules_clipping_and_bounds_are_followed():
    decays = [f"adam:decay={name},label={name}" for name in SCHEDULES]
    clamps = ["sgd:clip=0.5", "nag:clip_value=0.5", "momentum:bounds=-2/0.5/-1/inf",
              "newton:bounds=-5/0.8/-5/5,label=n", "conjugate-gradient:bounds=-5/0.8/-5/5",
              "sgd:decay=step,every=7,rate=0.9,clip=2,label=all"]  # fmt: skip
    check_all([("rosenbrock", {"optimizers": [*decays, *clamps], "lr": "equal:0.02", "steps": 60})])


def hilly_grid(folder):
    """Return a file of heights on a grid that is not even."""
    xs, ys = np.linspace(-2, 2, 23) ** 3, np.linspace(-3, 4, 31) + 0.2 * np.sin(np.arange(31))
    heights = np.sin(xs / 3) * np.cos(ys[:, None]) + 0.02 * (xs**2 + ys[:, None] ** 2)
    path = folder / "hills.npz"
    np.savez(path, x=xs, y=ys, z=heights)
    return load_surface(str(path))


@pytest.mark.long
def test_a_grid_of_heights_is_run_by_the_same_spline(tmp_path):
    surface = hilly_grid(tmp_path)
    ours = compare(surface, entrants(0), steps=50, lr="equal:0.05", seed=1)
    program = live_program(ours, rules=[])
    assert program.recorded == ()
    (found,) = runs([program])
    for one, (points, heights, _) in zip(ours.trajectories, found, strict=True):
        if one.label not in (*POWERS, "newton"):  # whose square of a width may be rounded otherwise
            assert points.tolist() == one.points.tolist(), one
            assert heights.tolist() == one.heights.tolist(), one
    check(ours, found)


def test_a_grid_has_its_slopes_and_curvature_in_every_cell_and_none_outside(tmp_path):
    surface = hilly_grid(tmp_path)
    x0, x1, y0, y1 = surface.window
    places = np.random.default_rng(0).uniform((x0, y0), (x1, y1), (300, 2))
    places = np.vstack([places, [(x0, y0), (x1, y1), (x0 - 1, y0), (x1, y1 + 1e-9), (np.nan, 0)]])
    script = f"""{NUMBERS}{surface_text(surface, Noise(), 1)}
    const p = {numbers(places)}, found = [];
    for (let k = 0; k < p.length; k += 2) {{
      $surface.gradient(p[k], p[k + 1]);
      $surface.hessian(p[k], p[k + 1]);
      found.push($surface.value(p[k], p[k + 1]), ...$g, ...$h);
    }}
    write(sent(found));"""
    found = received(node(script)).reshape(-1, 7)
    height, slopes = surface.value(places), surface.gradient(places)
    np.testing.assert_array_equal(found[:, :3], np.column_stack([height, slopes]))
    curved = surface.hessian(places).reshape(-1, 4)
    np.testing.assert_allclose(found[:, 3:], curved, rtol=1e-13, atol=1e-13)


def test_a_race_by_evaluations_ends_within_the_same_budget():
    ours = compare("beale", ["adam", "backtracking", "newton"], clock="evaluations", steps=120)
    (found,) = runs([live_program(ours)])
    check(ours, found)
    assert len(found[1][0]) < len(found[0][0]) == 121


@pytest.fixture(scope="module")
def seven():
    """A race of seven optimizers at their tuned rates."""
    return race("beale", SEVEN, steps=STEPS)


def answer(ours, expression):
    """Return what an expression of `trajviz` is worth."""
    return node(f"const trajviz = {inside(live_program(ours))};\nwrite({expression});")


def test_the_page_is_told_what_the_race_was(seven):
    facts = answer(
        seven,
        "{start: trajviz.start, steps: trajviz.steps, window: trajviz.window, axes: trajviz.axes,"
        " tracks: trajviz.tracks, rules: Object.keys(trajviz.rules), adam: trajviz.rules.adam,"
        " value: trajviz.value(3, 0.5), format: trajviz.format(1e-7)}",
    )
    assert facts["start"] == [*seven.start]
    assert facts["steps"] == STEPS
    assert facts["window"] == [*seven.window]
    assert facts["axes"] == ["x", "y"]
    assert facts["rules"] == rule_names()
    assert facts["value"] == 0
    assert facts["format"] == "1e-07"
    assert facts["tracks"][-1] == {
        "label": "adam",
        "rule": "adam",
        "settings": dict(seven.trajectories[-1].settings),
        "rate_rule": "tuned",
        "recorded": False,
    }
    adam = facts["adam"]
    assert adam["settings"] == {"lr": None, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    assert adam["ranges"]["beta1"] == [0, 1, False, True]
    assert adam["ranges"]["lr"] == [0, None, True, True]  # JSON has no Infinity
    assert (adam["default_lr"], adam["title"]) == (0.001, "Adam")


def test_another_start_gives_what_the_command_gives_from_there(seven):
    start = (-2.5, 1.25)
    (found,) = runs([live_program(seven)], start=text(list(start)))
    rated = [{"name": t.label, "lr": t.settings["lr"]} for t in seven.trajectories]
    there = compare("beale", rated, steps=STEPS, start=start)
    for one, (points, heights, _) in zip(there.trajectories, found, strict=True):
        assert points.tolist() == one.points.tolist()
        assert distance(one.heights, heights) < CLOSE


TUNE = """trajviz.tracks.map((track) => {
  const tuning = trajviz.tune(track.rule, track.settings, trajviz.start, trajviz.steps);
  const progress = [];
  for (let step = tuning.next(); ; step = tuning.next()) {
    if (step.done) return [step.value.lr, step.value.objective, progress];
    progress.push(step.value);
  }
})"""


def check_tuning(ours):
    setup = ours.outcome.setup
    tunings = tune_rates(ours.surface, setup.specs, ours.start, ours.steps, ours.window, ours.noise)
    for tuning, (rate, objective, progress) in zip(tunings, answer(ours, TUNE), strict=True):
        assert rate == tuning.rate, tuning.spec.label
        lost = objective is None  # as JSON has no Infinity
        assert np.isinf(tuning.objective) if lost else abs(objective - tuning.objective) < 1e-9
        assert progress == sorted(progress)
        assert 0 < progress[0] < 0.1
        assert progress[-1] <= 1


def test_a_rate_tuned_on_the_page_is_the_commands():
    check_tuning(compare("rosenbrock", ["sgd", "adam"], steps=60))


@pytest.mark.long
@pytest.mark.parametrize("surface", ["beale", "himmelblau", "saddle", "goldstein-price", "plateau"])
def test_every_rules_rate_tuned_on_the_page_is_the_commands(surface):
    tuned = [name for name in rule_names() if load_rule(name).defaults["lr"] is None]
    check_tuning(compare(surface, tuned, steps=STEPS, lr="tuned"))


def test_a_scheduled_and_noisy_rate_is_tuned_alike():
    check_tuning(compare("beale", ["sgd:decay=cosine,clip=1"], noise=0.2, seed=1, steps=50))


def test_seven_rules_and_a_surface_take_25_kilobytes(seven):
    assert len(live_program(seven, rules=[]).source) <= 25_000


def test_a_label_cannot_end_the_script():
    ours = compare("bowl", ['sgd:lr=0.1,label="</script><!--"'], steps=3)
    program = live_program(ours)
    assert "</" not in re.sub(r'"[A-Za-z0-9+/=]*"', "", program.source)
    assert "<!--" not in program.source
    assert answer(ours, "trajviz.tracks[0].label") == "</script><!--"


def test_a_program_has_no_need_of_eval_or_network(seven):
    words = {*re.findall(r"\w+", live_program(seven).source)}
    assert not words & {"eval", "Function", "fetch", "import", "require", "document", "window2"}


def test_what_another_library_runs_is_recorded():
    pytest.importorskip("scipy")
    ours = compare("beale", ["scipy.BFGS", "adam"], steps=20)
    program = live_program(ours)
    assert program.recorded == ("scipy.BFGS",)
    points = received(answer(ours, "sent(trajviz.tracks[0].points)"))
    assert points.tolist() == ours.trajectories[0].points.ravel().tolist()
    assert answer(ours, "trajviz.tracks.map((track) => track.recorded)") == [True, False]


def test_paths_and_several_starts_are_recorded():
    ours = compare("bowl", ["sgd:lr=0.1"], paths={"mine": [[1.0, 1.0], [0.5, 0.5]]}, steps=3)
    assert live_program(ours).reasons == {"mine": "it was recorded elsewhere"}
    many = compare("bowl", ["sgd:lr=0.1"], starts="2x2", steps=3)
    assert live_program(many).reasons == {"sgd": "it is one of several starts"}


def test_tracks_on_a_surface_that_cannot_be_traced_are_recorded():
    def formula(x, y):
        return x**2 + y**2 if np.all(x < 100) else x

    surface = Surface(formula, window=(-2, 2, -2, 2), start=(1, 1))
    ours = compare(surface, ["sgd:lr=0.1", "adam:lr=0.1"], steps=5)
    program = live_program(ours)
    assert program.recorded == ("sgd", "adam")
    assert program.reasons["sgd"] == "the formula cannot be traced"
    assert answer(ours, "[trajviz.value, trajviz.run, trajviz.tracks.length]") == [None, None, 2]


def test_a_gradient_formula_of_its_own_is_recorded():
    surface = Surface(
        lambda x, y: x * x + y * y,
        window=(-2, 2, -2, 2),
        start=(1, 1),
        gradient_formula=lambda points: (2 + 1e-7) * points,
    )
    reasons = live_program(compare(surface, ["sgd:lr=0.1"], steps=5)).reasons
    assert reasons == {"sgd": "the surface's gradient_formula is not its formula's gradient"}


def test_an_outcome_does_as_well_as_a_race(seven):
    assert isinstance(seven.outcome, Outcome)
    assert live_program(seven.outcome) == live_program(seven)


def test_a_rule_is_added_once_and_none_is_if_nobody_asks(seven):
    source = live_program(seven, rules=["adam"]).source
    assert source.count("\nadam: {") == 1
    assert "\nyogi: {" not in source


def test_a_schedules_own_parameters_are_defaults_of_the_program():
    ours = compare("bowl", ["sgd:decay=step,lr=0.1"], steps=3)
    settings = answer(ours, "trajviz.tracks[0].settings")
    assert settings == {"decay": "step", "rate": 0.5, "every": 50, "lr": 0.1}
    assert Schedule("step").complete == {"rate": 0.5, "every": 50}
    assert parse_spec("sgd:decay=step").schedule == Schedule("step")
    assert [*itertools.islice(SCHEDULES, 1)] == ["exponential"]


def test_a_data_surface_without_mini_batches_has_its_gradient_too():
    ours = compare(load_surface("noisy-moons"), ["adam:lr=0.1"], batch_size=100, steps=20)
    check(ours, *runs([live_program(ours)]))


def test_many_samples_are_a_loop_over_numbers():
    data = np.random.default_rng(0).normal(size=(800, 2))

    def formula(x, y, rows=slice(None)):
        return sum((a * x + b * y - 1) ** 2 for a, b in data[rows]) / len(data[rows])

    surface = Surface(formula, window=(-3, 3, -3, 3), start=(2, -2), samples=800, batch_size=10)
    ours = compare(surface, ["adam:lr=0.1", "sgd:lr=0.05"], steps=6, seed=1)
    program = live_program(ours, rules=[])
    assert program.recorded == ()
    assert len(program.source) < 60_000
    check(ours, *runs([program]))
