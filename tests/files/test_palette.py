"""Palettes: which colours are merged, whatever the order in which it is done."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajviz.files.formats._palette import Palette, Tally, _merged, pack, unpack
from trajviz.scene.distinct import counted, distinct


def greedily(points, weights, size):
    """Merge the pair that adds the least error, again and again."""
    groups = [
        ([place], point, weight)
        for place, (point, weight) in enumerate(zip(points, weights, strict=True))
    ]
    while len(groups) > size:
        _, i, j = min(
            (((p - q) ** 2).sum() * v * w / (v + w), i, j)
            for i, (_, p, v) in enumerate(groups)
            for j, (_, q, w) in enumerate(groups[:i])
        )
        (a, p, v), (b, q, w) = groups.pop(i), groups.pop(j)
        groups.append((a + b, (p * v + q * w) / (v + w), v + w))
    return sorted(sorted(group) for group, _, _ in groups)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [1, 4, 11, 23])
def test_merged_round_by_round_colours_are_as_merged_pair_by_pair(seed, size):
    random = np.random.default_rng(seed)
    points, weights = random.uniform(0, 255, (24, 3)), random.uniform(1, 1000, 24)
    whose = np.arange(24)
    found = _merged(points, weights)
    for gone, into in zip(found.gone[: 24 - size], found.into[: 24 - size], strict=True):
        whose[whose == whose[gone]] = whose[into]
    groups = [np.flatnonzero(whose == each).tolist() for each in set(whose.tolist())]
    assert sorted(groups) == greedily(points, weights, size)


@given(st.lists(st.integers(0, 5) | st.integers(0, 2**24 - 1), max_size=40))
def test_colours_are_counted_as_by_numpy(colors):
    packed = np.repeat(np.array(colors, dtype=np.uint32), 3)
    known, counts = np.unique(packed, return_counts=True)
    assert [each.tolist() for each in counted(packed)] == [known.tolist(), counts.tolist()]
    np.testing.assert_array_equal(distinct(packed), known)
    np.testing.assert_array_equal(pack(unpack(packed)), packed)


@given(st.integers(2, 255), st.integers(1, 3000), st.integers(0, 9))
def test_colours_that_must_be_exact_are_in_a_palette_of_any_size(size, count, seed):
    random = np.random.default_rng(seed)
    pinned = [(1, 2, 3), (250, 128, 7)]
    palette = Palette(Tally(random.integers(0, 256, (count, 3)).astype(np.uint8), pinned), size)
    assert len(palette.packed) <= size
    assert {*pinned} <= {*map(tuple, palette.colors.tolist())}
