"""A surface as a block: its heights brought to a readable scale, its colours, its light."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from trajviz.frozen import dataclass
from trajviz.scene.color import mix
from trajviz.scene.layout import power_labels, tick_labels
from trajviz.scene.paint import Picture
from trajviz.scene.shading import Shading
from trajviz.scene.theme import Theme
from trajviz.scene.views._horizon import HEIGHT, Camera, Field
from trajviz.surface import Floats, Ranks, Surface, Window

LIGHTS = 32
"""Shades of light on a slope."""
BACKGROUND, RIM, SURFACE = 0, 3, 4
"""Places among the colours of a block; 1 and 2 are its walls."""
_SKEWED = 0.15
"""Heights whose median lies below this share of their range are shown on a logarithmic scale."""
_AMBIENT = 0.72
_RIM_INK = 0.35
"""How far the line along a block's silhouette is from its sides to ink."""
_LIGHT = math.radians(60), math.radians(45)
"""Where the light comes from: left of the camera, and above."""
_LIT_SAMPLES = 384
"""Samples along each axis that are enough for light, which changes slowly."""


@dataclass(frozen=True)
class Lift:
    """From heights to heights of the block: linear, or logarithmic above the lowest point.

    The logarithmic scale is log10(1 + (f - lowest) / unit), mirrored below the lowest.
    """

    lowest: float
    highest: float
    unit: float | None

    @classmethod
    def of(cls, heights: Floats) -> Lift:
        """Choose the scale on which the shape of these heights, finite and sorted, is readable."""
        lowest, highest = float(heights[0]), float(heights[-1])
        above = heights - lowest
        median, low = np.quantile(above, [0.5, 0.1])
        span = highest - lowest
        if not span or median >= _SKEWED * span:
            return cls(lowest, highest, None)
        return cls(lowest, highest, max(float(low), 1e-9 * span))

    def __call__(self, heights: Floats) -> Floats:
        """Return the block's heights, 0 for the lowest and HEIGHT for the highest, any shape."""
        span = self.highest - self.lowest
        if not span:
            return np.zeros_like(heights)
        above = heights - self.lowest
        if self.unit is None:
            return np.asarray(HEIGHT * above / span)
        scaled = np.sign(above) * np.log10(1 + np.abs(above) / self.unit)
        return np.asarray(HEIGHT * scaled / math.log10(1 + span / self.unit))

    def ticks(self, most: float) -> list[tuple[float, str]]:
        """Return up to about `most` heights, each with its label.

        On the linear scale they are round. On the logarithmic one they are round above the lowest,
        and so labelled.
        """
        if self.highest == self.lowest:
            return []
        if self.unit is None:
            return tick_labels(self.lowest, self.highest, most)
        span = self.highest - self.lowest
        return [
            (self.lowest + 10.0**power, text)
            for power, text in power_labels(math.log10(self.unit), math.log10(span), most)
        ]

    @property
    def logarithmic(self) -> bool:
        """Whether heights are on a logarithmic scale, which is to be said beside them."""
        return self.unit is not None


@dataclass(frozen=True)
class Block:
    """A surface within a window as a block, sampled once for all cameras.

    Rows go with y and columns with x. What cameras will sample is an image of Pillow's with one
    float a pixel.

    Attributes:
        lift: From the surface's heights to the block's.
        shading: Levels and their colours.
        colors: A colour for every code, (codes, 3): background, two walls, the rim, then each of
            the shading's under each light, from `SURFACE` on.
        heights: The block's heights.
        levels: The heights as places among the levels: level k stands at k + 1.
        normal: The unit vector at right angles to the surface, (3, rows, columns).
    """

    lift: Lift
    shading: Shading
    colors: Picture
    heights: Image.Image
    levels: Image.Image
    normal: Field

    @classmethod
    def of(cls, surface: Surface, window: Window, theme: Theme, samples: int) -> Block:
        """Sample the surface at the centres of samples x samples cells."""
        cells = (np.arange(samples) + 0.5) / samples
        heights = surface.grid(
            window.x0 + cells * (window.x1 - window.x0), window.y0 + cells * (window.y1 - window.y0)
        )
        ranks = Ranks.of(surface, window)
        lift = Lift.of(ranks.heights)
        # Where the surface is not finite, the block is as high as anywhere.
        heights = np.where(np.isfinite(heights), heights, ranks.heights[-1])
        shading = Shading.of_relief(ranks, theme)
        lifted = np.clip(lift(heights), 0, HEIGHT).astype(np.float32)
        slope_y, slope_x = np.gradient(lifted, np.float32(1 / samples))
        normal = np.stack([-slope_x, -slope_y, np.ones_like(lifted)])
        normal /= np.sqrt((normal**2).sum(axis=0))
        stride = max(1, samples // _LIT_SAMPLES)
        normal = np.ascontiguousarray(normal[:, ::stride, ::stride])
        levels = _levels(shading, ranks, heights)
        return cls(
            lift=lift,
            shading=shading,
            colors=_colors(shading, theme),
            heights=Image.fromarray(lifted),
            levels=Image.fromarray(levels),
            normal=normal,
        )

    def light(self, camera: Camera) -> Image.Image:
        """Return how bright the surface is, 0 to 1, with the light left of the camera."""
        turn, elevation = math.radians(camera.azimuth) - _LIGHT[0], _LIGHT[1]
        flat = math.cos(elevation)
        toward = flat * math.cos(turn), flat * math.sin(turn), math.sin(elevation)
        x, y, z = map(np.float32, toward)
        light = x * self.normal[0]
        light += y * self.normal[1]
        light += z * self.normal[2]
        return Image.fromarray(light)


def _colors(shading: Shading, theme: Theme) -> Picture:
    flat = shading.table().astype(np.float64)[:, None, :]
    light = np.linspace(0, 1, LIGHTS)[None, :, None]
    lit = flat + (np.array(theme.shadow) - flat) * 0.8 * np.clip(_AMBIENT - light, 0, 0.5)
    lit += (255 - lit) * 0.5 * np.clip(light - _AMBIENT, 0, 1)
    first, second = theme.sides
    plain = [theme.background, first, second, mix(second, theme.ink, _RIM_INK)]
    return np.concatenate([np.array(plain), np.rint(lit).reshape(-1, 3)]).astype(np.uint8)


def _levels(shading: Shading, ranks: Ranks, heights: Floats) -> Field:
    """Return heights as places among the levels.

    Below the first level places begin at 1/2, and above the last they end half a place beyond it.
    """
    count = len(shading.levels)
    places = [0.5, *range(1, count + 1), count + 0.5]
    below = min(float(ranks.heights[0]), float(shading.levels[0]))
    above = max(float(ranks.heights[-1]), float(shading.levels[-1]))
    found = np.interp(heights, [below, *shading.levels, above], places)
    return np.asarray(found, dtype=np.float32)
