"""A window of the plane seen from above: where its points lie in the picture, and back."""

from __future__ import annotations

import numpy as np

from trajviz.scene.marks import Box
from trajviz.scene.track import Flags
from trajviz.surface import Floats, Points, Window


class Flat:
    """A window seen from above, filling a box of the picture."""

    window: Window
    box: Box

    def project(self, points: Points) -> Points:
        """Return where points, (..., 2), lie in the picture, (..., 2), y growing downwards."""
        x0, x1, y0, y1 = self.window
        # A diverging track may be all but infinite; its direction is all that will be drawn.
        x, y = np.moveaxis(np.clip(points, -1e280, 1e280), -1, 0)
        return np.stack(
            [
                self.box.x0 + (x - x0) / (x1 - x0) * self.box.width,
                self.box.y1 - (y - y0) / (y1 - y0) * self.box.height,
            ],
            axis=-1,
        )

    def visible(self, points: Points) -> Flags:
        """Tell which points, (n, 2), are seen: from above, all."""
        return np.ones(len(points), dtype=bool)

    def unproject(self, across: Floats, down: Floats) -> tuple[Floats, Floats]:
        """Return the x of columns and the y of rows, each in pixels, any shape."""
        x0, x1, y0, y1 = self.window
        xs = x0 + (across - self.box.x0) * ((x1 - x0) / self.box.width)
        ys = y1 - (down - self.box.y0) * ((y1 - y0) / self.box.height)
        return xs, ys
