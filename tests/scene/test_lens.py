"""The lens: where heads end, magnified, and the frame that shows what it magnifies."""

import numpy as np
import pytest
from races import race

from trajviz.animation import still
from trajviz.race import compare
from trajviz.scene.marks import Stroke

SMALL = {"size": (480, 360), "steps": 60}


def lens_of(surface="himmelblau", optimizers=("sgd:lr=0.01",), **more):
    shown = race(surface, optimizers, panels=("lens",), **{**SMALL, **more})
    return shown.scene.plots[-1]


def factor(lens, surface):
    return (np.array(surface.window.extent) / lens.view.window.extent).max()


def test_the_lens_is_on_the_minimum_near_which_most_heads_end():
    window = lens_of().view.window
    assert window.contains(np.array([[3.0, 2.0]])).all()
    other = lens_of(start=(-1.0, 3.0)).view.window
    assert other.contains(np.array([[-2.805118, 3.131312]])).all()


def test_where_no_minimum_is_known_the_lens_is_where_heads_end():
    shown = race("x**2 + 3*y**2", ("sgd:lr=0.1",), panels=("lens",), **SMALL)
    window, end = shown.scene.plots[-1].view.window, shown.trajectories[0].points[-1]
    assert window.contains(end[None]).all()


@pytest.mark.parametrize(("rate", "least", "most"), [("0.01", 49, 51), ("0.0004", 5, 20)])
def test_it_magnifies_as_the_last_thirds_demand(rate, least, most):
    surface = race("himmelblau", ("sgd:lr=0.01",), panels=("lens",), **SMALL).surface
    found = factor(lens_of(optimizers=(f"sgd:lr={rate}",)), surface)
    assert least <= found <= most


def test_a_frame_in_the_view_is_around_what_the_lens_shows():
    shown = race("himmelblau", ("sgd:lr=0.0004",), panels=("lens",), **SMALL)
    main, lens = shown.scene.main, shown.scene.plots[-1]
    x0, x1, y0, y1 = lens.view.window
    corners = main.view.project(np.array([(x0, y0), (x1, y1)]))
    drawn = [mark for mark in shown.scene.marks if isinstance(mark, Stroke) and mark.rim]
    assert len(drawn) == 1
    around = np.array(drawn[0].corners)
    assert np.allclose(around.min(axis=0), corners.min(axis=0))
    assert np.allclose(around.max(axis=0), corners.max(axis=0))


def test_a_frame_that_a_star_covers_is_pointed_at():
    shown = race("himmelblau", ("sgd:lr=0.01",), panels=("lens",), **SMALL)
    drawn = [mark for mark in shown.scene.marks if isinstance(mark, Stroke) and mark.rim]
    assert len(drawn) == 5


def test_tracks_are_drawn_in_the_lens():
    shown = race("himmelblau", ("sgd:lr=0.01",), panels=("lens",), **SMALL)
    box, color = shown.scene.plots[-1].box, shown.scene.main.tracks[0].color
    part = still(shown.scene, 60)[box.y0 : box.y1, box.x0 : box.x1].astype(int)
    assert (np.abs(part - color).max(axis=2) < 12).sum() > 40


@pytest.mark.long
def test_in_a_relief_that_turns_no_frame_stands_still():
    shown = compare(
        "himmelblau", ["sgd:lr=0.01"], view="relief", orbit=60, panels=["lens"], **SMALL
    )
    assert not [m for m in shown.scene.marks if isinstance(m, Stroke) and m.rim]


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["gif", "svg", "anim.svg", "html", "pdf"])
def test_every_format_has_a_lens(suffix, tmp_path):
    shown = race("himmelblau", ("sgd:lr=0.01",), panels=("lens",), view="relief", **SMALL)
    shown.save(tmp_path / f"race.{suffix}")
    assert (tmp_path / f"race.{suffix}").stat().st_size > 1000


def test_the_alt_text_speaks_of_the_lens():
    shown = race("himmelblau", ("sgd:lr=0.01",), panels=("lens", "loss"), **SMALL)
    assert "with a chart of loss and a lens on where most heads end" in shown.alt_text()
