"""Arrows at the heads: minus the gradient, the step, and what carries over, which add up."""

import numpy as np
import pytest
from races import race

from trajviz.animation import Animation
from trajviz.descent.internals import carried, gradients
from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.recipe.recipe import Playback
from trajviz.scene.arrows import _grown

SMALL = {"size": (320, 240), "steps": 12}


def pointed(arrows="velocity", optimizers=("momentum:lr=0.03",), surface="bowl", **more):
    return race(surface, optimizers, arrows=arrows, **{**SMALL, **more})


def ends(shown, steps, plot=0):
    """Return both ends of each arrow at each of some steps, (arrows, n, 2, 2)."""
    movers = shown.scene.plots[plot].movers
    return np.array([mover.ends(np.array(steps, dtype=float)) for mover in movers])


def over(spec, **options):
    """Return what carries over of each step, and the steps, (steps, 2) each."""
    (t,) = race("beale", (spec,), steps=30, **options).trajectories
    surface = race("beale", (spec,), steps=30, **options).surface
    return carried(t, gradients(surface, t), 30), np.diff(t.points, axis=0)


def test_of_the_heavy_ball_beta_times_the_step_before_carries_over():
    found, steps = over("momentum:lr=0.002,beta=0.8")
    assert np.allclose(found[1:], 0.8 * steps[:-1], rtol=1e-9, atol=1e-12)
    assert found[0].tolist() == [0, 0]


def test_a_schedule_changes_nothing_of_what_carries_over_of_the_heavy_ball():
    found, steps = over("momentum:lr=0.002,beta=0.8,decay=cosine")
    assert np.allclose(found[1:], 0.8 * steps[:-1], rtol=1e-9, atol=1e-12)


def test_of_nag_beta_squared_times_the_velocity_carries_over():
    found, steps = over("nag:lr=0.002,beta=0.8")
    velocity = np.zeros(2)
    for step, over_here in zip(steps, found, strict=True):
        assert np.allclose(over_here, 0.64 * velocity, rtol=1e-6, atol=1e-12)
        slope = (0.64 * velocity - step) / 1.8
        velocity = 0.8 * velocity - slope


@pytest.mark.parametrize("spec", ["sgd:lr=0.002", "rmsprop:lr=0.01", "adagrad:lr=0.1"])
def test_nothing_carries_over_where_there_is_no_momentum(spec):
    found, _ = over(spec)
    assert not found.any()


@pytest.mark.parametrize("spec", ["newton", "backtracking:lr=1"])
def test_what_carries_over_is_not_known_of_what_sees_more_than_gradients(spec):
    found, _ = over(spec)
    assert found is None


def test_what_carries_over_and_what_the_gradient_adds_make_the_step():
    shown = pointed()
    velocity, gradient, step = ends(shown, range(1, 11))
    assert np.allclose(velocity[:, 1], gradient[:, 0])
    assert np.allclose(gradient[:, 1], step[:, 1])


def test_a_step_points_where_the_head_goes_next():
    shown = pointed("step")
    _, step = ends(shown, range(11))
    line = shown.scene.main.tracks[0].line
    way, went = step[:, 1] - step[:, 0], np.diff(line.at(np.arange(12.0)), axis=0)
    cosine = (way * went).sum(axis=1) / np.hypot(*way.T) / np.hypot(*went.T)
    assert np.allclose(cosine, 1)


def test_minus_the_gradient_has_one_length_and_is_the_way_of_sgd():
    gradient, step = ends(pointed("step", ("sgd:lr=0.05",)), range(11))
    (a, b), (x, y) = ((each[:, 1] - each[:, 0]).T for each in (gradient, step))
    assert np.allclose(a * y, b * x)
    lengths = np.hypot(*(gradient[:, 1] - gradient[:, 0]).T)
    assert np.allclose(lengths, lengths[0])


def test_an_eighth_of_the_longest_step_is_half_as_long_beyond_the_head():
    steps = np.array([[[8.0, 0], [1, 0], [0, 0]]])
    assert (steps[0] * _grown(steps, 8.0, 5.0, 60.0)).tolist() == [[65, 0], [35, 0], [0, 0]]


def test_a_step_that_diverges_makes_the_others_no_smaller_than_the_plot_does():
    shown = pointed("step", ("sgd:lr=1", "momentum:lr=0.003"), surface="beale", size=(640, 480))
    *_, step = ends(shown, [3])
    assert np.hypot(*(step[0, 1] - step[0, 0])) > 10


def test_after_the_last_step_there_are_no_arrows():
    assert np.isnan(ends(pointed(), [12])).all()
    assert not np.isnan(ends(pointed(), [11])[2]).any()


def test_a_track_has_arrows_of_its_own():
    quiet = pointed("none", ("sgd:lr=0.1", "momentum:lr=0.03"))
    assert quiet.scene.main.movers == ()
    own = pointed("gradient", ("sgd:lr=0.1,arrows=none", "momentum:lr=0.03,arrows=velocity"))
    assert [mover.layer for mover in own.scene.main.movers] == [1, 1, 1]


@pytest.mark.parametrize("shown", ["step", "velocity", "gradient"])
def test_the_caption_says_what_arrows_show(shown):
    assert "arrows: " in pointed(shown).scene.words.caption
    assert "arrows: " not in pointed("none").scene.words.caption


@pytest.mark.long
def test_a_relief_that_turns_has_arrows():
    shown = pointed("step", view="relief", orbit=40)
    plots = [shown.scene.main.at(share) for share in (0.0, 1.0)]
    first, last = (np.array([m.ends(np.array([3.0])) for m in plot.movers]) for plot in plots)
    assert np.abs(first - last).max() > 5
    frames = list(Animation.played(shown.scene, Playback(seconds=0.2)).frames())
    assert (frames[0] != frames[-1]).any()


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["anim.svg", "html"])
def test_arrows_glide_turn_and_grow_in_files_of_vectors(suffix, tmp_path):
    path = tmp_path / f"race.{suffix}"
    pointed().save(path)
    assert path.read_text().count("deg) scale(") > 20


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"starts": "2x2"}, "arrows are for heads that start at one place"),
        ({"view": "basins"}, "view 'basins' starts at every pixel: it takes no arrows"),
    ],
)
def test_where_arrows_cannot_be_it_is_said(options, message):
    with pytest.raises(TrajvizError, match=message):
        compare("bowl", ["sgd:lr=0.1,arrows=step"], steps=5, **options)


@pytest.mark.parametrize("ask", [{"arrows": "steps"}, {"optimizers": ["sgd:arrows=steps"]}])
def test_unknown_arrows_are_refused(ask):
    with pytest.raises(TrajvizError, match="did you mean 'step'"):
        compare("bowl", **{"optimizers": ["sgd:lr=0.1"], **ask})
