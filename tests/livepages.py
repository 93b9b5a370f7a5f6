"""Races whose pages are opened in browsers, and what is true of them."""

import functools

import numpy as np
from races import SEVEN, race

from trajviz.race import run
from trajviz.recipe.recipe import Recipe

LIVE = {
    "beale": ("beale", (), {}),
    "auto": ("beale", (), {"theme": "auto"}),
    "seven": ("beale", SEVEN, {}),
    "formula": ("x**2 + 3*y**2 + x*y", ("sgd:lr=0.1", "adam"), {"panels": ("loss",)}),
    "split": ("bowl", ("sgd:lr=0.1", "adam"), {"view": "split", "aspect": "fill"}),
    "clamped": ("beale", ("momentum:clip=1,label=calm", "sgd:lr=0.01"), {"axes": ("W", "b")}),
}
AT_REST = """async () => {
  for (let quiet = 0; quiet < 2; ) {
    await new Promise(requestAnimationFrame);
    quiet = document.querySelector("[data-busy]") ? 0 : quiet + 1;
  }
}"""
"""Resolves when all that was asked for is drawn and said, and two pictures bring nothing new."""


@functools.cache
def one(name="beale"):
    surface, optimizers, options = LIVE[name]
    return race(surface, optimizers, **options)


@functools.cache
def text_of(name="beale"):
    return one(name).to_bytes("html").decode()


def traced(shown, start=None, **changes):
    """Return the last point and height of each trajectory, (tracks, 3), from another start."""
    recipe = shown.recipe
    again = run(Recipe.of(**{**recipe.values, "start": start or recipe.start, **changes}))
    return np.array([[*t.points[-1], t.heights[-1]] for t in again.trajectories])
