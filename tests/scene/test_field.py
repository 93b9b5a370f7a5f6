"""The field: thin arrows of steepest descent, evenly spaced, the longer the steeper."""

import numpy as np
import pytest
from races import race

from trajviz.animation import still
from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.scene.marks import Stroke

SMALL = {"size": (320, 240), "steps": 5}


def arrows_of(shown):
    """Return where arrows begin and end, (n, 2, 2)."""
    found = [m.corners for m in shown.scene.marks if isinstance(m, Stroke) and m.tip]
    return np.array(found).reshape(-1, 2, 2)


def fielded(surface="bowl", **more):
    return race(surface, ("sgd:lr=0.05",), field=True, **{**SMALL, **more})


def test_there_is_no_field_unless_asked_for():
    assert not len(arrows_of(race("bowl", ("sgd:lr=0.05",), **SMALL)))


def test_arrows_point_where_minus_the_gradient_does():
    shown = fielded("x**2 + y**2")
    view = shown.scene.main.view
    ends = arrows_of(shown)
    middles = ends.mean(axis=1)
    xs, ys = view.unproject(*middles.T)
    unit = np.diff(view.project(np.array([(0.0, 0.0), (1.0, 1.0)])), axis=0)[0]
    down = -np.stack([xs, ys], axis=-1) * unit
    way = ends[:, 1] - ends[:, 0]
    cosine = (way * down).sum(axis=1) / np.hypot(*way.T) / np.hypot(*down.T)
    assert len(ends) > 20
    assert cosine.min() > 0.999


def test_arrows_are_longer_where_it_is_steeper_and_in_equal_steps_of_rank():
    ends = arrows_of(fielded("x**2 + 3*y**2 + x*y"))
    lengths = np.sort(np.hypot(*(ends[:, 1] - ends[:, 0]).T))
    steps = np.diff(lengths)
    assert steps.max() < 1.01 * steps.min()
    assert lengths[-1] > 3 * lengths[0]


def test_a_field_is_part_of_the_background():
    shown, plain = fielded(), race("bowl", ("sgd:lr=0.05",), **SMALL)
    assert (shown.scene.background != plain.scene.background).any()
    assert shown.scene.main.movers == ()
    assert (still(shown.scene, 5) != still(plain.scene, 5)).any()


def test_every_picture_of_the_surface_has_a_field():
    alone, both = len(arrows_of(fielded())), len(arrows_of(fielded(view="split")))
    assert alone
    assert both
    assert len(arrows_of(fielded(view="relief")))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"view": "relief", "orbit": 90}, "the field is part of a background"),
        ({"view": "basins"}, "view 'basins' starts at every pixel: it takes no field"),
    ],
)
def test_where_no_field_can_be_it_is_said(options, message):
    with pytest.raises(TrajvizError, match=message):
        compare("bowl", ["sgd:lr=0.1"], field=True, steps=5, **options)
