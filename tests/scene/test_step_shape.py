"""The shape of the step: ellipses whose axes are the effective steps."""

import numpy as np
import pytest
from races import race

from trajviz.animation import Animation, still
from trajviz.recipe.recipe import Playback

SMALL = {"size": (480, 360), "steps": 40}
TWO = ("sgd:lr=0.05", "rmsprop:lr=0.2,beta=0.99")


def ovals(optimizers=TWO, surface="bowl", **more):
    return race(surface, optimizers, panels=("step-shape",), **{**SMALL, **more}).scene.plots[-1]


def radii(plot, step):
    return [tuple(mover.radii(np.array([float(step)]))[0]) for mover in plot.movers]


def test_gradient_descent_is_a_circle_all_along():
    plot = ovals()
    for step in (0, 1, 20.5, 40):
        across, up = radii(plot, step)[0]
        assert across == pytest.approx(up)


def test_rmsprop_is_flat_along_the_steep_axis_and_long_along_the_other():
    across, up = radii(ovals(), 10)[1]
    assert across > 1.2 * up


def test_ellipses_reach_by_the_logarithm_of_rates():
    plot = ovals(("sgd:lr=0.001", "sgd:lr=0.01", "sgd:lr=0.1"))
    reaches = [across for across, _ in radii(plot, 20)]
    assert reaches[1] - reaches[0] == pytest.approx(reaches[2] - reaches[1], rel=0.05)
    assert reaches[0] < reaches[1]


def test_ellipses_stay_in_their_box():
    plot = ovals(("sgd:lr=0.05", "momentum:lr=0.03", "adam:lr=0.3"), surface="beale")
    for step in range(41):
        for across, up in radii(plot, step):
            assert 0 < across < plot.box.width / 2
            assert 0 < up < plot.box.height / 2


def test_ellipses_are_drawn_in_the_colours_of_their_tracks():
    shown = race("bowl", TWO, panels=("step-shape",), **SMALL)
    box = shown.scene.plots[-1].box
    part = still(shown.scene, 20)[box.y0 : box.y1, box.x0 : box.x1].astype(int)
    for track in shown.scene.main.tracks:
        assert (np.abs(part - track.color).max(axis=2) < 40).sum() > 40


@pytest.mark.long
def test_of_several_starts_an_ellipse_is_the_median():
    plot = ovals(("rmsprop:lr=0.2",), starts="3x3")
    assert len(plot.movers) == 1
    assert all(value > 0 for value in radii(plot, 20)[0])


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["anim.svg", "html", "svg", "pdf", "gif"])
def test_every_format_has_the_shapes(suffix, tmp_path):
    shown = race("bowl", TWO, panels=("step-shape",), **SMALL)
    shown.save(tmp_path / f"race.{suffix}")
    text = (tmp_path / f"race.{suffix}").read_bytes()
    if suffix in ("anim.svg", "html"):
        assert text.count(b"{rx:") > 5


@pytest.mark.long
def test_a_film_ends_with_the_still():
    shown = race("bowl", TWO, panels=("step-shape",), **SMALL)
    *_, last = Animation.played(shown.scene, Playback(seconds=1)).frames()
    assert (last == still(shown.scene, 40)).all()


def test_the_charts_of_step_size_share_one_scale():
    shown = race("bowl", TWO, panels=("step-size",), **SMALL)
    first, second = (plot.view.axes for plot in shown.scene.plots[1:])
    assert first.window == second.window
    assert first.log == second.log
