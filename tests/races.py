"""Races and scenes that several test files look at, each run once."""

import dataclasses
import functools

import numpy as np

from trajviz.race import compare

SEVEN = ("sgd", "momentum", "nag", "adagrad", "rmsprop", "adadelta", "adam")


@functools.cache
def race(surface="bowl", optimizers=("sgd:lr=0.1",), **options):
    """Return a race; the same request gives the same race."""
    return compare(surface, optimizers, **options)


def with_tracks(scene, *paths):
    """Return a scene whose tracks go through these vertices, in pixels."""
    shapes = [np.array(path, dtype=np.float64) for path in paths]
    tracks = [
        dataclasses.replace(track, vertices=shape)
        for track, shape in zip(scene.tracks, shapes, strict=True)
    ]
    return dataclasses.replace(scene, tracks=tuple(tracks), steps=max(map(len, shapes)) - 1)
