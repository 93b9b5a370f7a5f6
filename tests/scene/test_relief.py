"""The relief: where points lie, what is hidden, what a pixel shows, where labels stand.

What is hidden and what is drawn is judged by rays that these tests follow themselves, or in closed
form. In the block's coordinates the window is the square from -1/2 to 1/2.
"""

import colorsys
import dataclasses
import functools
import itertools
import math
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d import proj3d
from pictures import around, contrast, ink
from races import OURS, race, with_main
from scipy.ndimage import binary_dilation
from skimage.metrics import structural_similarity

from trajviz.animation import still
from trajviz.race import compare
from trajviz.scene import vector
from trajviz.scene.marks import Shape, Text
from trajviz.scene.shading import COVERS
from trajviz.scene.views._block import LIGHTS, RIM, SURFACE, Lift
from trajviz.scene.views._horizon import HEIGHT, PLINTH, Camera
from trajviz.scene.views._silhouette import pieces
from trajviz.scene.views.contour import ContourView
from trajviz.scene.views.relief import AZIMUTHS, ELEVATIONS, ReliefView
from trajviz.surface import Surface, Window


def texts_of(view):
    return [mark for mark in view.marks() if isinstance(mark, Text)]


UNIT = Window(-0.5, 0.5, -0.5, 0.5)
CAMERAS = [(35, -60), (20, 0), (50, 90), (65, 225), (5, 130), (90, 30)]
EVERY_CAMERA = pytest.mark.parametrize("camera", CAMERAS, ids=str)


def ridge(x, y):
    return -(y**2) + 0 * x


def trough(x, y):
    return y**2 + 0 * x


def wall(x, y):
    return np.where(x > -0.1, 1.0, 0.0) + 0 * y


def plain(x, y):
    return 1.0 + 0 * x * y


def hills(x, y):
    return np.cos(9 * x) * np.cos(7 * y + 1) + 0.5 * x


def surface_of(formula, window=UNIT):
    x0, x1, y0, y1 = window
    start = (x0 + x1) / 2, (y0 + y1) / 2
    return Surface(formula, window=window, start=start, title="T")


@functools.cache
def scene_of(surface, camera=None, size=(640, 480), **options):
    """Return a relief's scene; a surface may be a formula over the block's own square."""
    surface = surface_of(surface) if callable(surface) else surface
    options = {"optimizers": ("sgd:lr=0.001",), "steps": 1, **options}
    return compare(surface, view="relief", camera=camera, size=size, **options).scene


def view_of(*args, **options):
    return scene_of(*args, **options).main.view


# Where points lie


def block_of(view, points):
    """Return the block's coordinates, (n, 3), of points of the plane on the surface."""
    x0, x1, y0, y1 = view.window
    x, y = points[:, 0], points[:, 1]
    height = view.block.lift(view.surface.value(points))
    return np.stack([(x - x0) / (x1 - x0) - 0.5, (y - y0) / (y1 - y0) - 0.5, height], axis=1)


def lattice_over(window, count=5):
    xs, ys = np.linspace(*window[:2], count), np.linspace(*window[2:], count)
    return np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)


def by_matplotlib(block, camera):
    """Return where matplotlib's orthographic camera sees points of the block, y upwards."""
    axes = Figure().add_subplot(projection="3d")
    axes.set_proj_type("ortho")
    axes.view_init(*camera)
    axes.set_box_aspect((1, 1, HEIGHT))
    axes.set(xlim=(-0.5, 0.5), ylim=(-0.5, 0.5), zlim=(0, HEIGHT))
    x, y, _ = proj3d.proj_transform(*block.T, axes.get_proj())
    return np.stack([x, y], axis=1)


def assert_same_but_for_scale_and_shift(ours, theirs):
    ours, theirs = ours - ours.mean(axis=0), theirs - theirs.mean(axis=0)
    scale = (ours * theirs).sum() / (theirs**2).sum()
    assert scale > 0
    np.testing.assert_allclose(ours, scale * theirs, atol=1e-6 * np.abs(ours).max())


@pytest.mark.first(3)
@pytest.mark.parametrize(
    "camera", [*itertools.product((10, 45, 80), (0, 90, 225, -60)), (89.9, 30)]
)
@pytest.mark.parametrize(
    "surface", ["plain", *(pytest.param(n, marks=pytest.mark.long) for n in ("hills", "beale"))]
)
def test_points_lie_where_matplotlibs_orthographic_camera_sees_them(surface, camera):
    view = view_of({"plain": plain, "hills": hills}.get(surface, surface), camera)
    points = lattice_over(view.window)
    places = view.project(points) * [1, -1]
    assert_same_but_for_scale_and_shift(places, by_matplotlib(block_of(view, points), camera))


@pytest.mark.first(2)
@pytest.mark.parametrize(("azimuth", "turn"), [(-90, 0), (0, 1), (90, 2), (180, 3)])
def test_from_above_the_window_is_a_square_turned_by_the_azimuth(azimuth, turn):
    view = view_of("himmelblau", (90, azimuth))
    x0, x1, y0, y1 = view.window
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    places = view.project(corners) - view.project(corners).mean(axis=0)
    seen = np.array([[-1, 1], [1, 1], [1, -1], [-1, -1]]) * np.abs(places).max()
    np.testing.assert_allclose(places, np.roll(seen, turn, axis=0), atol=1e-6)


@pytest.mark.first(3)
@pytest.mark.parametrize(
    ("azimuth", "nearest"), [(45, (1, 1)), (135, (-1, 1)), (225, (-1, -1)), (315, (1, -1))]
)
def test_the_corner_toward_the_azimuth_is_the_lowest_in_the_picture(azimuth, nearest):
    view = view_of(plain, (30, azimuth))
    corners = np.array([*itertools.product((-0.5, 0.5), repeat=2)])
    lowest = corners[np.argmax(view.project(corners)[:, 1])]
    assert tuple(np.sign(lowest)) == nearest


def test_what_lies_higher_is_seen_higher_by_the_cosine_of_the_elevation():
    for elevation in (20, 60):
        view = view_of(wall, (elevation, 90))
        low, high = view.project(np.array([[-0.1 - 1e-9, 0.2], [-0.1 + 1e-9, 0.2]]))
        expected = view.unit * HEIGHT * math.cos(math.radians(elevation))
        np.testing.assert_allclose(low - high, [0, expected], atol=1e-4)


def test_the_middle_of_the_ground_lies_at_the_middle_of_the_view():
    view = view_of(plain, (40, 70))
    np.testing.assert_allclose(view.project(np.zeros(2)), view.middle)


# What is hidden


def toward(camera):
    """Return the direction, (3,), from the block to the camera."""
    e, a = np.radians(camera)
    return np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])


def heights_of(view, ground):
    """Return the block's heights above its square, and below everything outside of it."""
    x0, x1, y0, y1 = view.window
    points = np.stack(
        [x0 + (ground[..., 0] + 0.5) * (x1 - x0), y0 + (ground[..., 1] + 0.5) * (y1 - y0)], axis=-1
    )
    height = np.clip(view.block.lift(view.surface.value(points)), 0, HEIGHT)
    return np.where((np.abs(ground) <= 0.5).all(axis=-1), height, -np.inf)


def excess(view, block):
    """Return by how many pixels something between points of the block, (n, 3), and camera stands
    above the ray from one to the other, (n,): follow it in steps of half a pixel."""
    way = toward(view.camera)
    flat = math.hypot(way[0], way[1])
    if flat < 1e-9:
        return np.full(len(block), -np.inf)
    reach = np.arange(2, 1.5 * view.unit, 0.5) / view.unit
    ray = block[:, None, :] + reach[:, None] * way / flat
    above = heights_of(view, ray[..., :2]) - ray[..., 2]
    return above.max(axis=1) * flat * view.unit


def path_over(view, a, b, count=300):
    return np.linspace(a, b, count) * view.window.extent + [
        (view.window.x0 + view.window.x1) / 2,
        (view.window.y0 + view.window.y1) / 2,
    ]


def at_knots(points, knots):
    steps = np.arange(len(points))
    return np.stack([np.interp(knots, steps, axis) for axis in points.T], axis=1)


def assert_hidden(view, points, expected):
    """Compare a path's hidden parts with what is expected, in pixels of `excess`.

    What is hidden by less than two pixels stands at the skyline, where either will do.
    """
    line = view.line(view.drape(points))
    over = expected(at_knots(points, line.knots))
    hidden, seen = over > 2, over <= 0
    # A segment is hidden when both its ends are.
    hidden, either = hidden[1:] & hidden[:-1], seen[1:] & seen[:-1]
    np.testing.assert_array_equal(line.hidden[1:][hidden], True)
    np.testing.assert_array_equal(line.hidden[1:][either], False)
    return hidden.sum(), either.sum()


TURNS = [(azimuth, turn) for turn, azimuth in enumerate((90, 180, 270, 0))]


def turned(formula, turn):
    """Return a formula turned by so many right angles to the left."""

    def turning(x, y):
        for _ in range(turn):
            x, y = y, -x
        return formula(x, y)

    return turning


RIDGES = {
    (formula.__name__, turn): turned(formula, turn)
    for formula, turn in itertools.product((ridge, trough), range(4))
}


@pytest.mark.long
@pytest.mark.parametrize("elevation", [15, 35, 50])
@pytest.mark.parametrize(("azimuth", "turn"), TURNS)
def test_a_ridge_hides_what_lies_behind_it_where_its_slope_is_steeper_than_the_ray(
    azimuth, turn, elevation
):
    view = view_of(RIDGES["ridge", turn], (elevation, azimuth))
    e = math.radians(elevation)
    way = toward((0, azimuth))[:2]

    def expected(points):  # z = H (1 - 4 w**2), w toward the camera: slope -8 H w
        steeper = -8 * HEIGHT * (points @ way) - math.tan(e)
        return np.where(steeper > 0, steeper**2 / (16 * HEIGHT), 0) * math.cos(e) * view.unit

    across = 0.17 * way[::-1] * [1, -1]
    hidden, seen = assert_hidden(
        view, path_over(view, across - 0.49 * way, across + 0.49 * way), expected
    )
    assert min(hidden, seen) > 20


@pytest.mark.long
@pytest.mark.parametrize("elevation", [15, 35, 50])
@pytest.mark.parametrize(("azimuth", "turn"), TURNS)
def test_the_near_wall_of_a_trough_hides_what_lies_below_its_rim(azimuth, turn, elevation):
    view = view_of(RIDGES["trough", turn], (elevation, azimuth))
    e = math.radians(elevation)
    way = toward((0, azimuth))[:2]

    def expected(points):  # z = 4 H w**2: it is the rim, w = 1/2, that stands above the ray most
        w = points @ way
        below = 4 * HEIGHT * (0.25 - w**2) - (0.5 - w) * math.tan(e)
        return below * math.cos(e) * view.unit

    across = -0.2 * way[::-1] * [1, -1]
    hidden, seen = assert_hidden(
        view, path_over(view, across - 0.49 * way, across + 0.49 * way), expected
    )
    assert hidden > 20
    assert seen > 20 or elevation == 15


@pytest.mark.parametrize("elevation", [60, 70, 80])
def test_a_wall_hides_the_ground_behind_it_as_far_as_its_shadow_reaches(elevation):
    view = view_of(wall, (elevation, 0))
    shadow = -0.1 - HEIGHT / math.tan(math.radians(elevation))
    points = path_over(view, (-0.48, 0.1), (0.48, 0.1))
    line = view.line(view.drape(points))
    x = at_knots(points, line.knots)[:, 0]
    (hidden,) = np.nonzero(line.hidden)
    assert (np.diff(hidden) == 1).all()
    slant = math.sin(math.radians(elevation))
    ends = x[hidden[0] - 1], x[hidden[-1]]
    assert abs(ends[0] - shadow) * view.unit * slant <= 3.5
    assert abs(ends[1] + 0.1) * view.unit * slant <= 3.5


@pytest.mark.long
@pytest.mark.parametrize("formula", [ridge, trough, wall, hills])
@pytest.mark.parametrize("azimuth", [0, 37, 270])
def test_from_above_nothing_is_hidden(formula, azimuth):
    view = view_of(formula, (90, azimuth))
    line = view.line(view.drape(path_over(view, (-0.4, -0.49), (0.45, 0.4))))
    assert not line.hidden.any()
    assert view.visible(lattice_over(UNIT, 20)).all()


@pytest.mark.long
@pytest.mark.parametrize("camera", CAMERAS[:5], ids=str)
def test_hills_hide_what_the_rays_say(camera):
    view = view_of(hills, camera)
    ends = [((-0.4, -0.45), (0.45, 0.3)), ((0.3, -0.49), (-0.2, 0.49)), ((-0.49, 0), (0.49, 0.1))]
    count = [assert_agrees(view, path_over(view, *pair)) for pair in ends]
    assert np.sum(count) > 300


def assert_agrees(view, points):
    """Compare a path's hidden parts with rays, except at places where rays two pixels apart differ.

    Return how many segments could be compared.
    """
    line = view.line(view.drape(points))
    block = block_of(view, at_knots(points, line.knots))
    near = 2 / view.unit
    over = []
    for shift in [(0, 0), (near, 0), (-near, 0), (0, near), (0, -near)]:
        beside = block + np.array([*shift, 0])
        beside[:, 2] = heights_of(view, beside[:, :2])
        over.append(excess(view, beside))
    hidden, seen = np.min(over, axis=0) > 3, np.max(over, axis=0) < 0
    hidden, seen = hidden[1:] & hidden[:-1], seen[1:] & seen[:-1]
    assert line.hidden[1:][hidden].all()
    assert not line.hidden[1:][seen].any()
    return hidden.sum() + seen.sum()


@pytest.mark.long
@settings(max_examples=12)
@given(
    waves=st.lists(
        st.tuples(st.floats(-8, 8), st.floats(-8, 8), st.floats(0, 6), st.floats(0.3, 1)),
        min_size=1,
        max_size=3,
    ),
    camera=st.tuples(st.floats(8, 85), st.floats(-180, 180)),
    ends=st.tuples(*[st.floats(-0.48, 0.48)] * 4),
)
def test_whatever_the_surface_a_path_is_hidden_where_rays_say(waves, camera, ends):
    def formula(x, y):
        return sum(size * np.sin(p * x + q * y + turn) for p, q, turn, size in waves) + 0 * x * y

    view = compare(
        surface_of(formula), ["sgd:lr=0.001"], steps=1, view="relief", camera=camera,
        size=(320, 240),
    ).scene.main.view  # fmt: skip
    assert_agrees(view, path_over(view, ends[:2], ends[2:], count=60))


def test_a_star_is_drawn_only_where_its_minimum_is_seen():
    def deep(x, y):
        return x**2 + 0.1 * y**2

    surface = dataclasses.replace(surface_of(deep), minima=((0.0, 0.0),))
    stars = [
        len(scene_of(surface, camera).main.foreground) - 1 for camera in ((10, 0), (80, 0), (90, 0))
    ]
    assert stars == [0, 1, 1]


# What a pixel shows


HUES = """
summary = "Bands told apart by their hue, whatever the light."
background = "#ffffff"
ink = "#000000"
muted = "#555555"
shades = ["#d02020", "#d0d020", "#20d020", "#20d0d0", "#2020d0"]
lines = ["#000000"]
line_alpha = 0.0
levels = 8
marker = "#ffffff"
star = "#ffffff"
tracks = ["#ff00ff"]
"""


@pytest.fixture(scope="module")
def hues(tmp_path_factory):
    path = tmp_path_factory.mktemp("themes") / "hues.toml"
    path.write_text(HUES)
    return path


def met_by_rays(view):
    """Return what each pixel's ray meets first: the ground there, (h, w, 2), and what it is.

    0 is nothing, 1 a wall, 2 the surface. Follow all rays in steps of a third of a pixel.
    """
    way = toward(view.camera)
    flat, up = math.hypot(*way[:2]), way[2]
    right, away = np.array([-way[1], way[0]]) / flat, -way[:2] / flat
    x = (np.arange(view.box.x0, view.box.x1) + 0.5 - view.middle[0]) / view.unit
    y = (view.middle[1] - np.arange(view.box.y0, view.box.y1) - 0.5) / view.unit
    kind = np.zeros((len(y), len(x)), dtype=int)
    place = np.zeros((*kind.shape, 2))
    entered = np.zeros(len(x), dtype=bool)
    for depth in np.arange(-0.75, 0.75, 1 / 3 / view.unit):
        ground = x[:, None] * right + depth * away
        height = heights_of(view, ground)
        inside = np.isfinite(height)
        ray = np.broadcast_to((y[:, None] - up * depth) / flat, kind.shape)
        below = (ray <= height) & (kind == 0) & inside
        first = inside & ~entered
        under = below & first & (height - ray > 1.5 / view.unit)
        kind[below] = 2
        kind[under] = np.where(ray > -PLINTH, 1, 3)[under]
        place[below] = np.broadcast_to(ground, place.shape)[below]
        entered |= inside
    kind[kind == 3] = 0
    return place, kind


def well_inside(mask):
    """Return the mask without a rim of two pixels."""
    shrunk = mask.copy()
    for axis, by in itertools.product((0, 1), (-2, -1, 1, 2)):
        shrunk &= np.roll(mask, by, axis=axis)
    return shrunk


MISSED = 0.001
"""Share of the pixels at which surfaces are so steep that samples and rays may differ."""


def hue(color):
    return 360 * colorsys.rgb_to_hsv(*np.divide(color, 255))[0]


@pytest.mark.long
@pytest.mark.parametrize("camera", CAMERAS[:4], ids=str)
@pytest.mark.parametrize("surface", [hills, "beale"])
def test_a_pixel_shows_the_band_of_the_point_that_its_ray_meets(surface, camera, hues):
    view = view_of(surface, camera, size=(320, 240), theme=hues)
    flat = race("beale", size=(320, 240), theme=hues, aspect="fill").scene.main.view.shading
    if surface == "beale":
        np.testing.assert_array_equal(view.block.shading.levels, flat.levels)
    picture = view.block_picture()
    place, kind = met_by_rays(view)
    points = (place + 0.5) * view.window.extent + [view.window.x0, view.window.y0]
    band = np.searchsorted(view.block.shading.levels, view.surface.value(points), side="right")
    seen = np.apply_along_axis(hue, 2, picture)
    off = np.abs(seen - np.array([hue(color) for color in flat.shades])[band])
    bands = [well_inside((kind == 2) & (band == number)) for number in np.unique(band[kind == 2])]
    inner = np.logical_or.reduce(bands)
    assert inner.sum() > 0.2 * (kind == 2).sum()
    assert np.mean(np.minimum(off, 360 - off)[inner] > 4) < MISSED


@pytest.mark.long
@pytest.mark.parametrize("camera", CAMERAS[:4], ids=str)
@pytest.mark.parametrize("surface", [hills, wall, "beale"])
def test_walls_are_each_in_one_quiet_colour_and_the_rest_is_background(surface, camera):
    view = view_of(surface, camera, size=(320, 240))
    picture = view.block_picture()
    place, kind = met_by_rays(view)
    blank = picture[well_inside(kind == 0)]
    assert np.mean((blank != view.theme.background).any(axis=1)) < MISSED
    sides = np.abs(place[..., 0]) > np.abs(place[..., 1])
    colors = []
    for side in (sides, ~sides):
        inner = picture[well_inside((kind == 1) & side)]
        if len(inner):
            color = np.median(inner, axis=0)
            assert np.mean((inner != color).any(axis=1)) < MISSED
            assert np.ptp(color) < 40
            assert tuple(color) in view.theme.sides
            colors.append(tuple(color.tolist()))
    assert len(set(colors)) == len(colors) >= 1
    assert view.theme.background not in colors


def test_a_flat_surface_is_drawn_without_a_warning():
    view = view_of(plain, (35, -60), size=(320, 240))
    _, kind = met_by_rays(view)
    seen = view.block_picture()[well_inside(kind == 2)]
    assert np.mean((seen != np.median(seen, axis=0)).any(axis=1)) < MISSED


# Draped lines


@functools.cache
def draped(surface="rosenbrock", optimizer="momentum:lr=0.001", **options):
    return compare(surface, [optimizer], view="relief", steps=40, **options)


@pytest.mark.parametrize("surface", ["bowl", "rosenbrock", "beale"])
def test_a_line_lies_on_the_surface_at_each_of_its_vertices(surface):
    one = draped(surface)
    (track,), view = one.scene.main.tracks, one.scene.main.view
    line, points = track.line, one.trajectories[0].points
    assert (np.diff(line.knots) > 0).all()
    assert (line.knots[0], line.knots[-1]) == (0, 40)
    expected = view.project(at_knots(points, line.knots))
    np.testing.assert_allclose(line.vertices, expected, atol=1e-6)
    length = np.hypot(*np.diff(line.vertices, axis=0).T)
    assert np.median(length) < 12
    assert not line.gap.any()


@pytest.mark.parametrize("surface", ["bowl", "rosenbrock", "beale"])
def test_a_head_is_on_its_point_at_whole_steps_and_glides_over_the_surface_between(surface):
    one = draped(surface)
    (track,), view = one.scene.main.tracks, one.scene.main.view
    points = one.trajectories[0].points
    whole = np.arange(41.0)
    np.testing.assert_allclose(track.at(whole), view.project(points), atol=0.5)
    half = (points[1:] + points[:-1]) / 2
    np.testing.assert_allclose(track.at(whole[:-1] + 0.5), view.project(half), atol=1)


def along(scene, points):
    """Return a scene whose track goes over these points of the plane, and has no marks over it."""
    (track,), view = scene.main.tracks, scene.main.view
    track = dataclasses.replace(track, line=view.line(view.drape(points)))
    scene = with_main(scene, tracks=(track,), foreground=())
    return dataclasses.replace(scene, steps=len(points) - 1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_hidden_is_thin_and_faint_and_what_is_seen_has_the_tracks_colour(theme):
    view = view_of(ridge, (20, 90), theme=theme)
    points = path_over(view, (-0.1, -0.45), (0.2, 0.45))
    scene = along(scene_of(ridge, (20, 90), theme=theme), points)
    (track,) = scene.main.tracks
    picture = still(scene, scene.steps)
    line = track.line
    x, y = np.floor(line.vertices).astype(int).T
    far = np.hypot(*(line.vertices - line.vertices[-1]).T) > 20
    edge = np.flatnonzero(np.diff(line.hidden.astype(int)) != 0)
    for place in edge:
        far &= np.hypot(*(line.vertices - line.vertices[place]).T) > 6
    exact = (picture == track.color).all(axis=2)
    assert exact[y, x][far & ~line.hidden].mean() > 0.95
    behind = np.flatnonzero(far & line.hidden)
    assert len(behind) > 20
    for place in behind:
        around_it = np.s_[y[place] - 3 : y[place] + 4, x[place] - 3 : x[place] + 4]
        assert not exact[around_it].any()
    changed = (picture != scene.background).any(axis=2)
    assert changed[y, x][behind].mean() > 0.9
    # Faint, but nearer to the track's colour than the ground is.
    gap_before = np.abs(scene.background[y, x][behind].astype(int) - track.color).sum(axis=1)
    gap_after = np.abs(picture[y, x][behind].astype(int) - track.color).sum(axis=1)
    assert np.median(gap_after / gap_before) < 0.8


def test_a_hidden_head_is_faint():
    scene = along(
        scene_of(ridge, (20, 90)), path_over(view_of(ridge, (20, 90)), (0, -0.4), (0, 0.4), 41)
    )
    (track,) = scene.main.tracks
    for step, seen in ((2, False), (30, True)):
        x, y = np.floor(track.at(np.array([float(step)]))[0]).astype(int)
        assert (tuple(still(scene, step)[y, x]) == track.color) is seen


# Heights


@pytest.mark.parametrize(
    ("surface", "logarithmic"),
    [("bowl", False), ("saddle", False), ("beale", True), ("rosenbrock", True)],
)
def test_a_long_tail_of_heights_is_shown_on_a_logarithmic_scale_which_the_labels_say(
    surface, logarithmic
):
    view = view_of(surface, (35, -60))
    assert ("above lowest, log" in [mark.text for mark in texts_of(view)]) is logarithmic
    heights = view.block.heights
    assert 0.1 * HEIGHT < np.median(heights) < 0.9 * HEIGHT


HEIGHTS = st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=50).map(sorted).map(np.array)


@given(HEIGHTS)
def test_lifting_keeps_the_order_and_fills_the_block(heights):
    lift = Lift.of(heights)
    lifted = lift(heights)
    assert (np.diff(lifted) >= 0).all()
    assert lifted[0] == 0
    assert lifted[-1] == pytest.approx(HEIGHT if heights[-1] > heights[0] else 0)


@given(HEIGHTS, st.floats(1, 12))
def test_labelled_heights_are_in_order_and_apart(heights, most):
    ticks = Lift.of(heights).ticks(most)
    values = [value for value, _ in ticks]
    assert values == sorted(set(values))
    assert len({text for _, text in ticks}) == len(ticks) <= 2 * most + 2


@pytest.mark.parametrize("surface", ["bowl", "rosenbrock"])
def test_a_heights_label_stands_beside_its_height_at_the_leftmost_edge(surface):
    view = view_of(surface, (35, -60))
    lowest = view.block.lift.lowest if surface == "rosenbrock" else 0.0
    labels = [mark for mark in texts_of(view) if mark.align == "right"]
    assert len(labels) >= 2
    x0, x1, y0, y1 = view.window
    places = view.project(np.array([*itertools.product((x0, x1), (y0, y1))]))
    left = places[np.argmin(places[:, 0])]
    block = block_of(
        view, np.array([[*itertools.product((x0, x1), (y0, y1))][places[:, 0].argmin()]])
    )
    rise = view.unit * math.cos(math.radians(view.camera.elevation))
    ground = left[1] + rise * block[0, 2]
    for label in labels:
        value = float(label.text.replace("\N{MINUS SIGN}", "-")) + lowest
        y = ground - rise * float(view.block.lift(np.array(value)))
        box = ink(label)
        assert abs((box.y0 + box.y1) / 2 - y) <= 2, label.text
        assert box.x1 <= left[0]


# Labels


SIZES = [(480, 360), (640, 480), (800, 450), (1280, 960), (1080, 1080)]


@functools.cache
def bare(size, **options):
    """Return a scene without its surface, which takes longest and has no text."""
    with pytest.MonkeyPatch.context() as patch:
        for view in (ContourView, ReliefView):
            patch.setattr(view, "draw", lambda *_: None)
        return race(size=size, steps=20, **options).scene


def reliefs(scene):
    return [plot.view for plot in scene.plots if isinstance(plot.view, ReliefView)]


def assert_labels_stand_well(view, others=()):
    marks = texts_of(view)
    outer = around([ink(mark) for mark in marks])
    assert view.box.x0 <= outer.x0, marks
    assert view.box.y0 <= outer.y0
    assert outer.x1 <= view.box.x1
    assert outer.y1 <= view.box.y1
    for one, other in itertools.combinations([*marks, *others], 2):
        assert not ink(one).meets(ink(other)), f"{one.text!r} meets {other.text!r}"


@pytest.mark.long
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("shown", ["relief", "split"])
@pytest.mark.parametrize(("surface", "theme"), [("bowl", "light"), ("rosenbrock", "dark")])
def test_labels_stand_in_the_views_box_and_apart(surface, theme, shown, size):
    for camera in [None, (35, -60), (65, 225), (5, 130), (90, 30)]:
        scene = bare(size, surface=surface, theme=theme, view=shown, camera=camera)
        texts = [mark for mark in scene.marks if isinstance(mark, Text)]
        texts += scene.counter.digits(20)
        (view,) = reliefs(scene)
        assert_labels_stand_well(view, texts)
        names = {mark.text for mark in texts_of(view) if mark.bold}
        assert names <= set(view.axes)
        assert len(names) == 2 or camera == (5, 130)  # where an edge is seen end on


def test_the_axes_are_named_along_the_front():
    view = view_of("bowl", (35, -60))
    places = {mark.text: mark for mark in texts_of(view) if mark.bold}
    assert set(places) == {"W", "b"}
    _, x1, y0, y1 = view.window
    # From there the front edges are those of the least b and of the greatest W.
    ends = {"W": np.array([x1, y0]), "b": np.array([x1, y1])}
    for name, end in ends.items():
        assert abs(places[name].x - view.project(end)[0]) < 0.25 * view.unit


# The camera


def share_seen(view, paths):
    return np.mean([np.mean(excess(view, block_of(view, path)) <= 1) for path in paths])


@pytest.mark.long
@pytest.mark.parametrize(
    ("surface", "options"),
    [("ridge", {}), ("beale", {}), ("rosenbrock", {}), ("himmelblau", {"start": (-3, -1)})],
)
def test_the_camera_that_is_chosen_sees_as_much_of_the_paths_as_any_other(surface, options):
    def slope(x, y):  # a ridge with a path down its side
        return np.exp(-30 * (y - 0.05) ** 2) + 0.1 * y + 0 * x

    surface = surface_of(slope) if surface == "ridge" else surface
    one = compare(surface, ["sgd", "adam"], view="relief", size=(320, 240), steps=60, **options)
    view = one.scene.main.view
    paths = [path[view.window.contains(path)] for path in spread_out(one, view)]
    cameras = [Camera(*angles) for angles in itertools.product(ELEVATIONS, AZIMUTHS)]
    seen = {c: share_seen(dataclasses.replace(view, camera=c), paths) for c in cameras}
    assert view.camera in seen
    # A tenth of the surface that is seen counts as well.
    assert seen[view.camera] >= max(seen.values()) - 0.1
    assert min(seen.values()) < 0.8 * max(seen.values()) or surface != "ridge"


def spread_out(one, view):
    """Yield each path in points at even distances."""
    for trajectory in one.trajectories:
        points = trajectory.points
        ground = points / view.window.extent
        reach = np.append(0, np.cumsum(np.hypot(*np.diff(ground, axis=0).T)))
        steps = np.interp(np.linspace(0, reach[-1], 200), reach, np.arange(len(points)))
        yield at_knots(points, steps)


def test_the_same_race_is_seen_from_the_same_camera():
    order = ("himmelblau", ["sgd", "momentum"])
    first, second = (
        compare(*order, view="relief", steps=30, size=(320, 240)).scene.main.view.camera
        for _ in range(2)
    )
    assert first == second


@EVERY_CAMERA
def test_a_camera_that_is_given_is_used(camera):
    assert tuple(view_of("beale", camera, size=(320, 240)).camera) == camera


@EVERY_CAMERA
def test_the_block_lies_in_its_box(camera):
    assert_block_in_box(view_of("beale", camera))


def assert_block_in_box(view):
    for x, y in outline_of(view):
        assert view.box.x0 - 0.1 <= x <= view.box.x1 + 0.1
        assert view.box.y0 - 0.1 <= y <= view.box.y1 + 0.1


def outline_of(view):
    """Return where the block's foot and its surface lie, by a projection of our own."""
    foot = [*itertools.product((-0.5, 0.5), (-0.5, 0.5), (-PLINTH,))]
    return placed(view, np.concatenate([foot, block_of(view, lattice_over(view.window))]))


def placed(view, block, azimuth=None):
    e = math.radians(view.camera.elevation)
    a = math.radians(view.camera.azimuth if azimuth is None else azimuth)
    right = block[:, 1] * math.cos(a) - block[:, 0] * math.sin(a)
    away = -block[:, 0] * math.cos(a) - block[:, 1] * math.sin(a)
    up = math.sin(e) * away + math.cos(e) * block[:, 2]
    return np.stack([view.middle[0] + view.unit * right, view.middle[1] - view.unit * up], axis=1)


# Colours


EVERY_THEME = pytest.mark.parametrize("theme", OURS)


@EVERY_THEME
def test_no_part_of_a_block_melts_into_the_page(theme):
    view = view_of("beale", (35, -60), theme=theme)
    page, wall, other_wall, rim, *surface = view.block.colors.tolist()
    assert page == list(view.theme.background)
    assert min(contrast(page, side) for side in (wall, other_wall)) >= 1.5
    if theme == "dark":
        assert min(contrast(page, shade) for shade in surface) >= 1.5
    assert contrast(page, rim) >= 2  # where a pale height meets a white page


@EVERY_THEME
def test_valleys_stand_out_from_the_page_more_than_heights(theme):
    view = view_of("bowl", (35, -60), theme=theme)
    lowest, *_, highest = view.block.shading.shades.tolist()
    page = view.theme.background
    assert contrast(lowest, page) > 1.5 * contrast(highest, page)


def test_slopes_in_the_shade_are_blue_and_not_grey():
    block = view_of("bowl", (35, -60), theme="light").block
    surface = block.colors[SURFACE:].reshape(-1, LIGHTS, 3)[:: COVERS + 1]
    red, _, blue = surface[:, 0].astype(int).T
    lit_red, _, lit_blue = surface[:, round(0.72 * (LIGHTS - 1))].astype(int).T
    assert (blue - red > lit_blue - lit_red).all()


@EVERY_THEME
def test_a_line_follows_the_silhouette_of_a_block(theme):
    view = view_of("bowl", (35, -60), theme=theme)
    rim = view.block.colors[RIM].astype(int)
    picture = view.block_picture().astype(int)
    there = (picture != np.array(view.theme.background)).any(axis=2)
    columns = np.flatnonzero(there.any(axis=0))[2:-2]
    near = [
        np.abs(picture[top : top + 3, column] - rim).sum(axis=1).min()
        for column, top in zip(columns, there[:, columns].argmax(axis=0), strict=True)
    ]
    assert np.median(near) < 60


@pytest.mark.long
@EVERY_THEME
@pytest.mark.parametrize("azimuth", [0, 3, 90, -60])
def test_labels_stand_beside_the_block_and_their_ticks_lead_to_its_edges(theme, azimuth):
    view = view_of("bowl", (35, azimuth), theme=theme)
    block, page = view.block_picture(), view.theme.background
    for text in texts_of(view):
        x0, y0, x1, y1 = (round(side) for side in ink(text))
        x0, x1 = x0 - view.box.x0, x1 - view.box.x0
        y0, y1 = y0 - view.box.y0, y1 - view.box.y0
        assert (block[y0:y1, x0:x1] == page).all(), text.text
    corners = itertools.product((-0.5, 0.5), (-0.5, 0.5), (-PLINTH, HEIGHT))
    block = np.array([*corners])
    places = placed(view, block)
    edges = [
        (places[a], places[b])
        for a, b in itertools.combinations(range(8), 2)
        if (block[a] != block[b]).sum() == 1
    ]
    ticks = [mark for mark in view.marks() if isinstance(mark, Shape)]
    assert len(ticks) >= 5
    for tick in ticks:
        ends = np.array([(*tick.corners[0],), (*tick.corners[3],)]).mean(axis=0)
        assert min(distance_to(ends, *edge) for edge in edges) < 1


def distance_to(point, begin, end):
    """Return how far a point, (2,), is from a line between two others."""
    run = end - begin
    share = np.clip((point - begin) @ run / max(run @ run, 1e-9), 0, 1)
    return np.hypot(*(begin + share * run - point))


# Turning


@pytest.mark.long
@EVERY_THEME
@pytest.mark.parametrize("name", ["bowl", "beale"])
@pytest.mark.parametrize("share", [0.1, 0.6])
def test_the_silhouettes_of_a_block_that_turns_are_as_smooth_as_a_stills(name, theme, share):
    scene = race(name, theme=theme, size=(320, 240), steps=5, view="relief", orbit=90).scene
    turning_view = scene.main.at(share).view
    standing = dataclasses.replace(turning_view, turning=False)
    height, width = turning_view.box.height, turning_view.box.width
    fine = standing.enlarged(4).block_picture().reshape(height, 4, width, 4, 3).mean(axis=(1, 3))
    page = (np.abs(fine - view_page(turning_view)) < 1).all(axis=2)
    near = binary_dilation(page) & binary_dilation(~page)
    off, still_off = (
        np.abs(view.block_picture()[near] - fine[near]).mean() for view in (turning_view, standing)
    )
    assert off <= 1.5 * still_off  # twice or three times as much without smoothing


def test_a_piece_of_an_edge_beside_another_edge_is_not_taken_to_lead_there():
    column, place = (
        np.array([0, 1, 2, 2, 3, 4]),
        np.array([20, 21, 10, 22, 23, 24], dtype=np.float32),
    )
    np.testing.assert_array_equal(pieces(column, place).steep, [1, 1, 0, 1, 1, 1])


def view_page(view):
    return np.array(view.theme.background)


@pytest.mark.long
@pytest.mark.parametrize("orbit", [360, -100])
def test_a_block_that_turns_fills_its_box_at_every_angle_and_changes_slowly(orbit):
    scene = bare((320, 240), surface="saddle", view="relief", orbit=orbit)
    views = [scene.main.at(share).view for share in np.linspace(0, 1, 41)]
    for view in views[::4]:
        assert view.unit >= 0.8 * view.fitted(view.box).unit
    units = np.array([view.unit for view in views])
    assert np.abs(np.diff(units)).max() < 0.04 * units.mean()
    if orbit == 360:
        assert views[0].unit == pytest.approx(views[-1].unit)
        assert views[0].middle == pytest.approx(views[-1].middle)


ORBIT = {
    "view": "relief",
    "orbit": 120,
    "size": (200, 160),
    "fps": 10,
    "seconds": 1.1,
    "pace": "uniform",
}


@functools.cache
def turning(surface="beale", **options):
    return compare(surface, ["rmsprop:lr=0.02"], steps=10, **{**ORBIT, **options})


def test_each_frame_shows_the_relief_turned_by_its_share_of_the_orbit():
    one = turning(size=(320, 240))
    scene, (trajectory,) = one.scene, one.trajectories
    first, (track,) = scene.main.view, scene.main.tracks
    block = block_of(first, trajectory.points)
    for step, frame in enumerate(one.frames()):
        azimuth, view = first.camera.azimuth + 12 * step, scene.main.at(step / 10).view
        (expected,) = placed(view, block[step : step + 1], azimuth)
        rows, columns = np.nonzero((frame == track.color).all(axis=2))
        points = np.stack([columns + 0.5, rows + 0.5], axis=1)
        inside = points[np.hypot(*(points - expected).T) <= scene.main.pen.head]
        assert len(inside) > 0.5 * np.pi * scene.main.pen.head**2, step
        np.testing.assert_allclose(inside.mean(axis=0), expected, atol=0.6)


@pytest.mark.long
@pytest.mark.parametrize("shown", ["relief", "split"])
def test_each_frame_of_a_turning_relief_is_the_still_of_its_step(shown):
    one = turning(view=shown, size=(320, 240))
    frames = [*one.frames()]
    assert len(frames) == 11
    for step in (0, 4, 10):
        difference = (frames[step] != still(one.scene, step)).any(axis=2)
        x0, y0, x1, y1 = (
            min(plot.box.x0 for plot in one.scene.plots),
            min(plot.box.y0 for plot in one.scene.plots),
            max(plot.box.x1 for plot in one.scene.plots),
            max(plot.box.y1 for plot in one.scene.plots),
        )
        assert not difference[y0:y1, x0:x1].any()


def test_what_a_turning_relief_changes_is_real_and_in_its_box():
    animation = turning().animation
    canvas = animation.first.copy()
    width, box = canvas.shape[1], animation.scene.main.box
    for change in animation.changes():
        assert len(np.unique(change.pixels)) == len(change.pixels)
        assert (canvas.reshape(-1, 3)[change.pixels] != change.colors).any(axis=1).all()
        canvas.reshape(-1, 3)[change.pixels] = change.colors
        rows, columns = np.divmod(change.pixels, width)
        inside = (box.x0 <= columns) & (columns < box.x1) & (box.y0 <= rows) & (rows < box.y1)
        assert inside.sum() > 500
        assert (rows[~inside] < box.y0).all()  # the counter


def test_the_first_frame_is_seen_as_a_relief_that_stands():
    turning_view, standing = turning().scene.main.view, turning(orbit=0).scene.main.view
    assert turning_view.camera == standing.camera
    points = lattice_over(standing.window)
    assert_same_but_for_scale_and_shift(turning_view.project(points), standing.project(points))


@pytest.mark.long
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("surface", ["bowl", "rosenbrock"])
def test_block_and_labels_stay_in_the_box_however_far_it_turns(surface, size):
    elevation = 10 + 14 * SIZES.index(size)
    scene = bare(size, surface=surface, view="relief", camera=(elevation, -60), orbit=360)
    texts = [mark for mark in scene.marks if isinstance(mark, Text)]
    for share in np.linspace(0, 1, 24):  # at angles of its own
        view = scene.main.at(share).view
        assert_block_in_box(view)
        assert_labels_stand_well(view, texts)


def test_an_orbit_of_minus_some_degrees_turns_the_other_way():
    one, other = turning(orbit=90).scene.main, turning(orbit=-90).scene.main
    first = one.view.camera.azimuth
    assert one.at(0).view.camera.azimuth == first
    assert one.at(0.5).view.camera.azimuth == pytest.approx(first + 45)
    assert other.at(0.5).view.camera.azimuth == pytest.approx(first - 45)


# As vectors


def drawn_by_matplotlib(scene, step):
    canvas = FigureCanvasAgg(vector.draw(scene, step))
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


@pytest.mark.long
@pytest.mark.parametrize("orbit", [0, 120])
@pytest.mark.parametrize("step", [0, 7])
def test_a_vector_shows_what_a_still_shows(orbit, step):
    scene = turning(orbit=orbit, size=(320, 240)).scene
    ours, theirs = still(scene, step), drawn_by_matplotlib(scene, step)
    assert structural_similarity(ours, theirs, channel_axis=2) >= 0.88  # matplotlib 3.9 has 0.899


def test_an_svg_of_a_turning_relief_is_well_formed_and_turns(tmp_path):
    data = [turning().save(tmp_path / f"{at}.svg", at=at).read_bytes() for at in (0, 10)]
    for text in data:
        assert ElementTree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
    assert data[0] != data[1]
