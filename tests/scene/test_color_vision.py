"""Whether tracks can be told apart by everyone: distances between colours as eyes see them.

Distances are in CAM02-UCS, where 1 is about what can be noticed side by side. The dichromacies are
simulated after Brettel, Vienot and Mollon (1997), which holds for tritanopia as well.
"""

import itertools

import numpy as np
import pytest
from colorspacious import cspace_convert
from daltonlens.simulate import Deficiency, Simulator_Brettel1997
from pictures import contrast
from races import OURS, race

from trajviz.scene.theme import load_theme

KINDS = {
    "normal": None,
    "protanopia": Deficiency.PROTAN,
    "deuteranopia": Deficiency.DEUTAN,
    "tritanopia": Deficiency.TRITAN,
}

REACHED = {2: 49.4, 3: 38.9, 4: 23.3, 5: 19.7, 6: 19.2, 7: 16.9, 8: 12.9}
"""The least distance among the first so many tracks, for every theme and kind of vision."""

EVERY_THEME = pytest.mark.parametrize("theme", OURS)
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


def seen(colors, kind):
    """Return colours as someone sees them, (n, 3), in CAM02-UCS."""
    picture = np.array([colors], dtype=np.uint8)
    if KINDS[kind]:
        picture = Simulator_Brettel1997().simulate_cvd(picture, KINDS[kind], severity=1)
    return cspace_convert(picture[0].astype(np.float64), "sRGB255", "CAM02-UCS")


def distances(colors, others, kind):
    """Return how far each colour is from each other one, (n, m), to one kind of vision."""
    apart = seen(colors, kind)[:, None] - seen(others, kind)[None]
    return np.hypot(np.hypot(apart[..., 0], apart[..., 1]), apart[..., 2])


def least_distances(colors):
    """Return how far colours are from each other to whoever sees them least apart, (n, n)."""
    return np.min([distances(colors, colors, kind) for kind in KINDS], axis=0)


def least(table, members):
    return min(table[one, other] for one, other in itertools.combinations(members, 2))


@pytest.mark.parametrize(
    ("one", "other", "confused_by"),
    [
        ((200, 60, 50), (118, 104, 34), {"protanopia", "deuteranopia"}),
        ((0, 110, 150), (0, 113, 105), {"tritanopia"}),
    ],
    ids=["red and olive", "blue and green"],
)
def test_the_simulation_confuses_what_dichromats_confuse(one, other, confused_by):
    apart = {kind: float(distances([one], [other], kind).item()) for kind in KINDS}
    assert {kind for kind in KINDS if apart[kind] < apart["normal"] / 3} == confused_by


@EVERY_KIND
def test_greys_look_alike_to_everyone(kind):
    greys = [(level, level, level) for level in range(0, 256, 51)]
    np.testing.assert_allclose(seen(greys, kind), seen(greys, "normal"), atol=0.5)


@EVERY_THEME
@EVERY_KIND
@pytest.mark.parametrize("count", REACHED)
def test_the_first_tracks_are_far_apart_for_every_kind_of_colour_vision(theme, kind, count):
    tracks = load_theme(theme).tracks
    assert len(tracks) == max(REACHED)
    assert least(distances(tracks, tracks, kind), range(count)) >= REACHED[count]


@EVERY_THEME
def test_each_track_is_the_one_furthest_from_those_before_it(theme):
    table = least_distances(load_theme(theme).tracks)
    assert table[0, 1] == table.max()
    for place in range(2, len(table)):
        from_those_before = table[:place].min(axis=0)
        assert place + np.argmax(from_those_before[place:]) == place


@EVERY_THEME
def test_no_other_six_tracks_are_further_apart_than_the_first(theme):
    table = least_distances(load_theme(theme).tracks)
    best = max(itertools.combinations(range(len(table)), 6), key=lambda six: least(table, six))
    assert best == (0, 1, 2, 3, 4, 5)


@EVERY_THEME
@EVERY_KIND
def test_no_track_vanishes_on_the_shading_or_on_the_background(theme, kind):
    scene = race("bowl", size=(160, 120), theme=theme).scene
    ground = [*scene.main.view.shading.shades.tolist(), scene.theme.background]
    assert distances(scene.theme.tracks, ground, kind).min() >= 12.5
    assert min(contrast(track, scene.theme.background) for track in scene.theme.tracks) >= 2.75


@EVERY_THEME
@EVERY_KIND
def test_no_head_looks_like_the_start_or_a_minimum(theme, kind):
    theme = load_theme(theme)
    for mark, apart in ((theme.star, 18), (theme.marker, 30), (theme.ink, 11.9)):
        assert distances(theme.tracks, [mark], kind).min() >= apart
