"""The eggholder: hundreds of minima, of which none leads to the next."""

import numpy as np

from trajviz import Surface


def eggholder(x, y):
    """Deep, crowded minima that grow with the distance; kinks where a root's argument is 0.

    Over the customary square of +-512 the lowest value lies on the edge, where no slope is 0, and
    beyond it there is lower still; the minimum here is the lowest within +-500. At a kink the
    slope of the part that bends there is stated as 0. The window here is the corner around that
    minimum, where tracks are long enough to be told apart, and the customary square its domain.

    >>> round(float(eggholder(512, 404.2319)), 4)
    -959.6407
    >>> round(float(eggholder(0, 0)), 6)  # -47 sin(sqrt(47))
    -25.460337
    """
    near = (y + 47) * np.sin(np.sqrt(np.abs(x / 2 + y + 47)))
    return -near - x * np.sin(np.sqrt(np.abs(x - y - 47)))


surface = Surface(
    eggholder,
    title="Eggholder",
    window=(200, 505, 200, 505),
    start=(300, 370),
    minima=[(482.35331046478843, 432.87899894548345)],
    aspect="equal",
    domain=(-512, 512, -512, 512),
    source="Whitley, Mathias, Rana, Dzubera (1996), Artificial Intelligence 85, 245",
)
