"""What is lower than the lowest known minimum, and what only finds more of its digits."""

import numpy as np
import pytest

from trajviz import Surface, surface_names
from trajviz.descent.floor import any_lower, floor_of, lowest_known
from trajviz.surface.catalogue import load_surface


@pytest.mark.parametrize("name", surface_names())
def test_the_floor_lies_just_below_the_lowest_known_minimum(name):
    surface = load_surface(name)
    floor, lowest = floor_of(surface, surface.window), lowest_known(surface)
    if not surface.minima:
        assert floor == lowest == -np.inf
        return
    heights = np.sort(surface.grid(np.linspace(*surface.window[:2], 50),
                                   np.linspace(*surface.window[2:], 50)).ravel())  # fmt: skip
    assert lowest == min(float(surface.value(np.array(point))) for point in surface.minima)
    assert floor <= lowest
    assert lowest - floor < 0.1 * (heights[-1] - heights[0])


def test_digits_of_a_minimum_are_not_lower_but_what_lies_beyond_is():
    surface = Surface(
        lambda x, y: x**2 + y**2, window=(-1, 1, -1, 1), start=(1, 0), minima=((0.001, 0.0),)
    )
    assert not any_lower(surface, surface.window, [np.array([1.0, 0.0])])
    assert any_lower(surface, surface.window, [np.array([1.0]), np.array([0.0, -0.001])])


def test_without_a_known_minimum_nothing_is_lower():
    saddle = load_surface("saddle")
    assert not any_lower(saddle, saddle.window, [np.array([0.0, -1e300])])
