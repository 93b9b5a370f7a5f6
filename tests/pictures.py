"""How tests look at pictures: where ink lies, what a GIF shows and for how long, contrast."""

import io
from typing import NamedTuple

import numpy as np
from PIL import Image

from trajviz.scene.lettering import text_coverage


class Rect(NamedTuple):
    """A rectangle of pixels, the right and lower edge being the first beyond it."""

    x0: int
    y0: int
    x1: int
    y1: int

    def meets(self, other, gap=0):
        across = self.x0 - gap < other.x1 and other.x0 - gap < self.x1
        return across and self.y0 < other.y1 and other.y0 < self.y1


def ink(text):
    """Return the rectangle of the pixels that a text covers."""
    coverage, above = text_coverage(text.text, text.size, text.bold)
    rows, columns = (np.flatnonzero((coverage > 0).any(axis=axis)) for axis in (1, 0))
    x, y = round(text.left), round(text.y) - above
    return Rect(x + columns[0], y + rows[0], x + columns[-1] + 1, y + rows[-1] + 1)


def around(rects):
    """Return the smallest rectangle around some."""
    x0, y0, x1, y1 = zip(*rects, strict=True)
    return Rect(min(x0), min(y0), max(x1), max(y1))


def decoded_gif(data):
    """Return a GIF's frames, each (height, width, 3), and their delays in centiseconds."""
    frames, delays = [], []
    with Image.open(io.BytesIO(data)) as image:
        for place in range(image.n_frames):
            image.seek(place)
            frames.append(np.array(image.convert("RGB")))
            delays.append(image.info["duration"] / 10)
    return frames, delays


def shown_at(delays, moment):
    """Return which frame shows at a moment, in centiseconds."""
    return int(np.searchsorted(np.cumsum(delays), moment, side="right"))


def in_time(gif, waits):
    """Return a GIF's frames at the beginnings of times that follow each other, in centiseconds.

    What is around a plot may be shown a little before its time, in an image of its own.
    """
    (frames, delays), ends = decoded_gif(gif), np.cumsum(waits)
    return [frames[shown_at(delays, end - wait)] for end, wait in zip(ends, waits, strict=True)]


def psnr(picture, other):
    """Return the peak signal to noise ratio in decibels; inf where they are equal."""
    error = np.mean((picture.astype(np.float64) - other) ** 2)
    return np.inf if error == 0 else 10 * np.log10(255**2 / error)


def contrast(color, other):
    """Return the contrast ratio of WCAG 2."""

    def luminance(rgb):
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.divide(rgb, 255)
        ]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    low, high = sorted([luminance(color), luminance(other)])
    return (high + 0.05) / (low + 0.05)
