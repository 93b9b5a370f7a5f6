"""A ravine with a cliff: a gentle floor, then a wall whose slope throws an optimizer back."""

import numpy as np

from trajviz import Surface, TrajvizError


def surface(height=4, width=0.2):
    """Return a ravine along x with a cliff of this height, this wide, at x = 3.

    The cliff is a smooth step, 3 t**2 - 2 t**3, and level outside its width: the lowest point is
    the ravine's.

    >>> float(surface().formula(3, 0))  # half way up: 9 / 20 + 4 / 2
    2.45
    >>> float(surface().formula(8, 1))  # 64 / 20 + 2 + 4
    9.2
    """
    if not (height >= 0 and 0 < width <= 4):
        raise TrajvizError(f"height={height:g} must be at least 0, width={width:g} from 0 to 4")

    def cliff(x, y):
        """A ravine whose floor drops over a cliff on its way to the lowest point."""
        t = np.minimum(np.maximum((x - 3) / width + 0.5, 0), 1)
        return x**2 / 20 + 2 * y**2 + height * (3 - 2 * t) * t**2

    return Surface(
        cliff,
        title="Ravine with a cliff",
        window=(-4, 10, -3, 3),
        start=(8, 2),
        minima=[(0, 0)],
        aspect="equal",
        source="In the style of Pascanu, Mikolov and Bengio (2013), figure 6; formula ours",
    )
