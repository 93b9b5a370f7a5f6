"""Descents, races and scenes that several test files look at, each run once."""

import dataclasses
import functools

import numpy as np

from trajviz.descent import descend
from trajviz.descent.setup import Setup
from trajviz.race import compare
from trajviz.recipe.spec import labelled, parse_spec
from trajviz.scene.theme import light_and_dark
from trajviz.scene.themes import theme_names
from trajviz.scene.track import Line

SEVEN = ("sgd", "momentum", "nag", "adagrad", "rmsprop", "adadelta", "adam")

THEMES = [name for name in theme_names() if not light_and_dark(name)]
"""All themes but those that are two."""
OURS = [name for name in THEMES if name != "radford"]
"""Themes whose colours we chose; `radford` keeps those of the pictures that it honours."""


@functools.cache
def race(surface="bowl", optimizers=("sgd:lr=0.1",), **options):
    """Return a race; the same request gives the same race."""
    return compare(surface, optimizers, **options)


def descents(surface, *optimizers, steps=30, start=None, window=None, **options):
    """Return the trajectories of optimizers, texts or specs; what is not said is the surface's."""
    specs = labelled(parse_spec(each) if isinstance(each, str) else each for each in optimizers)
    start, window = start or surface.start, window or surface.window
    return descend(Setup(surface, specs, start, steps, window, **options))


def with_tracks(scene, *paths):
    """Return a scene whose tracks go through these vertices, in pixels."""
    shapes = [np.array(path, dtype=np.float64) for path in paths]
    tracks = [
        dataclasses.replace(track, line=Line.through(shape))
        for track, shape in zip(scene.main.tracks, shapes, strict=True)
    ]
    changed = with_main(scene, tracks=tuple(tracks))
    return dataclasses.replace(changed, steps=max(map(len, shapes)) - 1)


def with_main(scene, **changes):
    """Return a scene whose view is changed in these parts."""
    return dataclasses.replace(
        scene, plots=(dataclasses.replace(scene.main, **changes), *scene.plots[1:])
    )
