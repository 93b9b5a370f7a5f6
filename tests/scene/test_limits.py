"""What of the plane a plot shows: equal axes, the domain, and whole marks at the edge."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from races import race

from trajviz.animation import still
from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.scene.limits import Limits
from trajviz.scene.marks import Box
from trajviz.scene.vector import draw
from trajviz.surface import Surface, Window
from trajviz.surface.catalogue import load_surface

SMALL = {"size": (320, 240), "steps": 5}
WIDE = Box(0, 0, 200, 100)
SQUARE = Window(-1, 1, -1, 1)


def bowl(**facts):
    return Surface(lambda x, y: x**2 + y**2, **{"window": SQUARE, "start": (0, 0), **facts})


def limits(**facts):
    """Return the limits of a bowl whose axes are equal."""
    return Limits(**{"surface": bowl(), "window": SQUARE, "aspect": "equal", **facts})


def shown(one):
    return one.scene.main.view.window


def unit(one):
    """Return how many pixels a unit is long, across and up."""
    box = one.scene.main.box
    return (np.array([box.width, box.height]) / shown(one).extent).tolist()


# Equal axes


@pytest.mark.parametrize("size", [(320, 240), (640, 200), (200, 400)])
@pytest.mark.parametrize("surface", ["bowl", "quadratic", "dropwave", "himmelblau"])
def test_a_unit_is_as_many_pixels_across_as_up(surface, size):
    one = race(surface, size=size, steps=5)
    across, up = unit(one)
    assert across == pytest.approx(up)
    assert shown(one).holds(one.window)
    np.testing.assert_allclose(  # one axis is the window's own
        (shown(one).extent / one.window.extent).min(), 1, atol=0.1
    )


@pytest.mark.parametrize("surface", ["bowl", "quadratic", "dropwave", "himmelblau"])
def test_a_step_down_the_slope_crosses_the_level_lines_at_a_right_angle(surface):
    one = race(surface, **SMALL)
    view, box = one.scene.main.view, one.scene.main.box
    places = np.random.default_rng(0).uniform((box.x0, box.y0), (box.x1, box.y1), (50, 2))
    across, down = (places[..., None, :] + 1e-3 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])).T
    rise = one.surface.value(np.stack(view.unproject(across, down), axis=-1))
    uphill = np.stack([rise[0] - rise[1], rise[2] - rise[3]], axis=-1)  # of the picture
    points = np.stack(view.unproject(*places.T), axis=-1)
    slopes = one.surface.gradient(points)
    step = view.project(points) - view.project(points - 1e-6 * slopes)
    cosine = (uphill * step).sum(-1) / np.linalg.norm(uphill, axis=-1)
    np.testing.assert_allclose(cosine / np.linalg.norm(step, axis=-1), 1, atol=1e-4)


def test_with_fill_the_window_fills_the_plot():
    one = race("bowl", aspect="fill", **SMALL)
    assert shown(one) == one.window
    assert unit(one)[1] > 2 * unit(one)[0]


@pytest.mark.parametrize("name", ["long-valley", "regression", "saddle"])
def test_a_surface_whose_axes_are_of_different_kinds_fills_the_plot(name):
    one = race(name, **SMALL)
    assert shown(one) == one.window
    equal = race(name, aspect="equal", **SMALL)
    assert unit(equal)[0] == pytest.approx(unit(equal)[1])


@pytest.mark.parametrize(
    "change", [{"aspect": "fill"}, {"size": (240, 320)}, {"panels": ("loss",)}], ids=str
)
def test_what_is_shown_changes_nothing_of_the_race(change):
    options = {"optimizers": ("sgd", "adam"), "starts": "random:3", **SMALL}
    one, other = race("bowl", **options), race("bowl", **{**options, **change})
    assert one.window == other.window
    assert one.trace() == other.trace()
    said = [each.alt_text().replace(", with a chart of loss", "") for each in (one, other)]
    assert said[0] == said[1]
    assert shown(one) != shown(other)


def test_levels_rank_what_is_shown():
    one, other = (race("bowl", aspect=aspect, **SMALL) for aspect in ("equal", "fill"))
    for shade in (0, -1):
        for each in (one, other):
            view = each.scene.main.view
            picture = np.zeros((view.box.height, view.box.width, 3), dtype=np.uint8)
            view.draw(picture)
            assert (picture == each.scene.theme.shades[shade]).all(axis=-1).mean() > 0.001
    assert one.scene.main.view.shading.levels[-1] > 2 * other.scene.main.view.shading.levels[-1]


def test_ticks_stand_where_the_axes_say():
    one = race("bowl", size=(640, 480), steps=5)
    view = one.scene.main.view
    ticks = {text.text: text for text in one.scene.marks if getattr(text, "text", "") in ("2", "4")}
    assert {*ticks} == {"2", "4"}  # beyond the window, which ends at 3
    for height, tick in ticks.items():
        y = view.project(np.array([0.0, float(height)]))[1]
        assert tick.y == pytest.approx(y + 0.36 * tick.size, abs=0.01)


WINDOWS = st.tuples(st.floats(-9, -0.1), st.floats(0.1, 9), st.floats(-9, -0.1), st.floats(0.1, 9))
BOXES = st.builds(Box, st.just(0), st.just(0), st.integers(60, 999), st.integers(60, 999))


@given(window=WINDOWS, box=BOXES, equal=st.booleans(), shares=st.tuples(*[st.floats(0, 1)] * 4))
def test_the_window_is_shown_and_all_starts_are_away_from_the_edge(window, box, equal, shares):
    window, size = Window(*window), np.array([box.width, box.height])
    places = window.extent * np.reshape(shares, (2, 2)) + (window.x0, window.y0)
    (x0, y0), (x1, y1) = places.min(0), places.max(0)
    some = limits(
        window=window,
        aspect="equal" if equal else "fill",
        starts=Window(x0, x1, y0, y1),
        margin=10.0,
    ).within(box)
    scale = size / some.extent
    room = np.array([places - (some.x0, some.y0), (some.x1, some.y1) - places]) * scale
    assert room.min() > 10 - 1e-6
    assert some.x0 <= window.x0
    assert some.x1 >= window.x1
    assert some.y0 <= window.y0
    assert some.y1 >= window.y1
    if equal:
        assert scale[0] == pytest.approx(scale[1])


# Where nothing is stated


@pytest.mark.parametrize(
    ("formula", "window", "equal"),
    [
        ("x**2 + 20*y**2", (-5, 5, -5, 5), True),
        ("sin(x) + cos(y)", (-5, 5, -5, 5), True),  # as low elsewhere, and no lower
        ("x**2 - y**2", (-1, 1, -1, 1), True),  # wider, it is only higher
        ("y**2 - x**2", (-2, 2, -2, 2), False),
        ("(x**2 - 36)**2 / 100 + y**2", (-3, 3, -3, 3), False),  # two minima outside
        ("sqrt(4 - x) + y**2", (-4, 4, -4, 4), False),  # not finite beyond 4
        ("x**2 + y**2", (-50, 50, -1, 1), False),  # it would be a stripe
    ],
)
def test_axes_are_equal_unless_that_shows_lower_or_other_places(formula, window, equal):
    surface = load_surface(formula, window=window)
    some = Limits(surface, Window(*window)).within(WIDE)
    assert (some != window) == equal
    assert Limits(surface, Window(*window), "equal").within(WIDE) != window


def test_what_a_surface_states_holds_unless_the_user_says_otherwise():
    for aspect in ("equal", "fill"):
        surface = bowl(aspect=aspect, window=(-1, 1, -1, 1))
        assert (Limits(surface, SQUARE).within(WIDE) != SQUARE) == (aspect == "equal")
        for said in ("equal", "fill"):
            assert (Limits(surface, SQUARE, said).within(WIDE) != SQUARE) == (said == "equal")


def test_a_complete_recipe_says_the_surfaces_aspect():
    assert race("bowl", **SMALL).recipe.look.aspect == "equal"
    assert race("saddle", **SMALL).recipe.look.aspect == "fill"
    assert race("saddle", aspect="equal", **SMALL).recipe.look.aspect == "equal"
    assert race("x**2 + y**2", **SMALL).recipe.look.aspect is None  # as the plot's shape asks


def test_more_than_floats_resolve_is_refused_where_it_is_asked_for_and_else_not_shown():
    huge = Window(-8e307, 8e307, -8e307, 8e307)
    assert limits(window=huge, aspect=None).within(WIDE) == huge
    with pytest.raises(TrajvizError, match=r"beyond what floats|four finite numbers"):
        limits(window=huge).within(WIDE)


def test_an_unknown_aspect_is_refused():
    with pytest.raises(TrajvizError, match=r"^unknown aspect 'square'\. Known: equal, fill$"):
        compare("bowl", aspect="square")
    with pytest.raises(TrajvizError, match=r"unknown aspect 'fil', did you mean 'fill'\?"):
        bowl(aspect="fil")


# The domain


def test_nothing_is_shown_beyond_the_domain():
    domain = Window(-1.2, 4, -1, 1)
    some = limits(surface=bowl(domain=domain)).within(WIDE)
    assert some == pytest.approx((-1.2, 2.8, -1, 1))  # as wide as equal axes ask, but not centred
    small = limits(surface=bowl(domain=(-1.2, 1.5, -1, 1))).within(WIDE)
    assert small == pytest.approx((-1.2, 1.5, -1, 1))  # too narrow for equal axes


def test_a_window_that_is_given_is_shown_beyond_the_domain_too():
    wide = Window(-3, 3, -1, 1)
    some = limits(surface=bowl(domain=(-1, 1, -1, 1)), window=wide)
    assert some.within(WIDE) == wide
    assert some.ground(wide) == wide


@pytest.mark.parametrize(
    "domain", [(0, 4, 0, 4), (-1, 1, 0, 1), (-2, 2, -2, 0.5), (3, 3, 0, 1), (-9, 9, -9, np.nan)]
)
def test_a_domain_that_the_window_leaves_or_that_is_none_is_refused(domain):
    with pytest.raises(TrajvizError, match=r"domain|window"):
        bowl(domain=domain)


@pytest.mark.parametrize("size", [(320, 240), (240, 400)])
def test_the_eggholder_is_shown_within_its_domain_alone(size):
    one = race("eggholder", size=size, steps=5)
    assert Window(-512, 512, -512, 512).holds(shown(one))
    assert unit(one)[0] == pytest.approx(unit(one)[1])
    assert shown(one) != one.window


# Marks at the edge


def is_whole(one, step):
    """Tell whether a head on the start is drawn all around, on what is there without tracks."""
    pen, picture = one.scene.main.pen, still(one.scene, step)
    bare = dataclasses.replace(one.scene, background=one.scene.background, plots=())
    drawn = np.abs(picture.astype(int) - still(bare, step)).max(axis=-1) > 40
    x, y = one.scene.main.tracks[0].vertices[0]
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    reach = 0.8 * pen.head
    columns = np.floor(x + reach * np.cos(angles)).astype(int)
    rows = np.floor(y + reach * np.sin(angles)).astype(int)
    return bool(drawn[rows, columns].all())


CORNERS = [(10, 3), (-10, 3), (-10, -3), (10, -3), (0, 3), (10, 0)]


@pytest.mark.parametrize("aspect", ["equal", "fill"])
@pytest.mark.parametrize("start", CORNERS)
def test_a_start_on_the_edge_of_the_window_is_not_cut(start, aspect):
    one = race("bowl", start=start, aspect=aspect, **SMALL)
    assert one.window == load_surface("bowl").window
    assert is_whole(one, 0)


def test_where_all_is_well_inside_fill_shows_the_window_alone():
    assert shown(race("bowl", start=(9, 2), aspect="fill", **SMALL)) == (-10, 10, -3, 3)


EDGE = Surface(
    lambda x, y: x**2 + y**2,
    window=(-1, 1, -1, 1),
    start=(1, 1),
    domain=(-1, 1, -1, 1),
    aspect="equal",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("start", [(1, 1), (-1, 1), (-1, -1), (1, -1)])
def test_a_start_in_the_domains_corner_is_whole_on_the_page_beyond(start, theme):
    one = compare(dataclasses.replace(EDGE, start=start), ["sgd:lr=0.1"], theme=theme, **SMALL)
    view, background = one.scene.main.view, one.scene.background
    assert is_whole(one, 0)
    assert view.ground != view.box
    x, y = one.scene.main.tracks[0].vertices[0]
    beyond = background[int(y - 4 * start[1]), int(x + 4 * start[0])]
    inside = background[int(y + 6 * start[1]), int(x - 6 * start[0])]
    assert tuple(beyond) == one.scene.theme.background
    assert tuple(inside) != one.scene.theme.background


def test_vectors_leave_the_page_beyond_the_domain_too():
    one = compare(EDGE, ["sgd:lr=0.1"], **SMALL)
    canvas = FigureCanvasAgg(draw(one.scene, 0))
    canvas.draw()
    picture = np.asarray(canvas.buffer_rgba())[..., :3]
    box, ground = one.scene.main.box, one.scene.main.view.ground
    band = picture[ground.y1 - 40 : ground.y1, ground.x1 + 1 : box.x1]
    assert ground.x1 + 3 < box.x1
    assert (band == one.scene.theme.background).all()


def test_basins_mark_no_start_and_need_no_room_for_one():
    one = compare(
        "himmelblau", ["sgd:lr=0.01"], start=(5, 5), view="basins", size=(200, 240), steps=1
    )
    across, up = unit(one)
    assert across == pytest.approx(up)
    assert (shown(one).extent / one.window.extent).min() == pytest.approx(1)


def test_narrow_basins_fill_their_plots_unless_they_are_asked_not_to():
    four = ("sgd:lr=0.01", "sgd:lr=0.02", "sgd:lr=0.001", "sgd:lr=0.002")
    options = {"view": "basins", "size": (240, 180), "steps": 1}
    one = race("himmelblau", four, **options)
    assert shown(one) == one.window
    asked = race("himmelblau", four, aspect="equal", **options)
    assert unit(asked)[0] == pytest.approx(unit(asked)[1])
