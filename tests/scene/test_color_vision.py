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

REACHED = {2: 50.7, 3: 16.8, 6: 16.8, 7: 11.3, 8: 11.3}
"""The least distance among the first so many tracks, for every theme and kind of vision."""
THIN = 0.1
"""The visual angle of a track in degrees: two to three pixels at arm's length."""
LIGHTER = 15
"""By how much a thin line is to be lighter or darker (CAM02-UCS J') where hue does not tell."""
NOTICED = 1.35
"""How many noticeable differences of so thin a mark are to lie between two tracks."""

EVERY_THEME = pytest.mark.parametrize("theme", OURS)
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


def simulated(colors, kind):
    """Return colours as they are to someone, (n, 3), 0 to 255."""
    picture = np.array([colors], dtype=np.uint8)
    if KINDS[kind]:
        picture = Simulator_Brettel1997().simulate_cvd(picture, KINDS[kind], severity=1)
    return picture[0].astype(np.float64)


def seen(colors, kind):
    """Return colours as someone sees them, (n, 3), in CAM02-UCS."""
    return cspace_convert(simulated(colors, kind), "sRGB255", "CAM02-UCS")


def distances(colors, others, kind):
    """Return how far each colour is from each other one, (n, m), to one kind of vision."""
    apart = seen(colors, kind)[:, None] - seen(others, kind)[None]
    return np.hypot(np.hypot(apart[..., 0], apart[..., 1]), apart[..., 2])


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


def noticed(colors, kind):
    """Return how many noticeable differences of thin marks lie between colours, (n, n).

    By Stone, Szafir and Setlur, "An Engineering Model for Color Difference as a Function of Size"
    (2014): the smaller a mark, the less its hue tells, blue and yellow least.
    """
    angle = np.array([0.751, 1.541, 2.871]) / THIN
    steps = np.array([5.079, 5.339, 5.349]) + angle
    places = cspace_convert(simulated(colors, kind), "sRGB255", "CIELab") / steps
    return np.linalg.norm(places[:, None] - places[None], axis=2)


@EVERY_THEME
@EVERY_KIND
def test_any_two_of_the_first_six_tracks_differ_as_thin_lines(theme, kind):
    tracks = load_theme(theme).tracks[:6]
    lightness = seen(tracks, kind)[:, 0]
    lighter = np.abs(lightness[:, None] - lightness[None]) / LIGHTER
    apart = np.maximum(lighter, noticed(tracks, kind) / NOTICED)
    assert apart[np.triu_indices(6, 1)].min() >= 1


@EVERY_THEME
def test_no_two_tracks_are_black(theme):
    theme = load_theme(theme)
    assert sum(seen([track], "normal")[0, 0] < 20 for track in theme.tracks) <= 1
    assert min(seen([track], "normal")[0, 0] for track in theme.tracks) > 19


@EVERY_THEME
def test_the_shades_of_a_surface_are_even_steps_of_lightness_between_two_hues(theme):
    colors = race("bowl", size=(160, 120), theme=theme).scene.main.view.shading.shades
    places = seen(colors.tolist(), "normal")
    even = np.linspace(places[0, 0], places[-1, 0], len(places))
    np.testing.assert_allclose(places[:, 0], even, atol=0.5)
    low, high = (np.degrees(np.arctan2(b, a)) for _, a, b in (places[0], places[-1]))
    assert abs((low - high + 180) % 360 - 180) > 60


@EVERY_THEME
def test_a_surface_is_quieter_than_the_tracks_on_it(theme):
    scene = race("bowl", size=(160, 120), theme=theme).scene
    shades, tracks = (
        np.hypot(*seen(colors, "normal")[:, 1:].T)
        for colors in (scene.main.view.shading.shades.tolist(), scene.theme.tracks[:6])
    )
    assert shades.max() < 20
    assert np.median(tracks) > 1.5 * shades.max()


@pytest.mark.long
@pytest.mark.parametrize("shown", ["contour", "relief"])
@EVERY_THEME
def test_each_track_stands_out_from_every_shade_or_by_its_halo(theme, shown):
    scene = race("bowl", size=(160, 120), theme=theme, view=shown).scene
    shades = scene.main.view.block.colors if shown == "relief" else scene.main.view.shading.shades
    assert scene.theme.halo
    for track in scene.theme.tracks:
        by_itself = min(contrast(track, shade) for shade in shades.tolist())
        assert max(by_itself, contrast(track, scene.theme.background)) >= 3


@EVERY_THEME
@EVERY_KIND
def test_no_track_vanishes_on_the_shading_or_on_the_background(theme, kind):
    scene = race("bowl", size=(160, 120), theme=theme).scene
    ground = [*scene.main.view.shading.shades.tolist(), scene.theme.background]
    assert distances(scene.theme.tracks, ground, kind).min() >= 12.5
    assert min(contrast(track, scene.theme.background) for track in scene.theme.tracks) >= 3


@EVERY_THEME
@EVERY_KIND
def test_no_head_looks_like_the_start_or_a_minimum(theme, kind):
    theme = load_theme(theme)
    for mark, apart in ((theme.star, 18), (theme.marker, 30), (theme.ink, 11.9)):
        assert distances(theme.tracks, [mark], kind).min() >= apart
