"""Themes: each that comes with trajviz, one by its path, and what is refused in a file of one."""

import dataclasses
import json
import re
import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import colormaps
from pictures import contrast
from races import OURS

from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.scene import themes
from trajviz.scene.color import blend
from trajviz.scene.theme import Theme, light_and_dark, load_theme
from trajviz.scene.themes import theme_names
from trajviz.untrusted import MOST_TOML_BYTES

THEME = """
summary = "Mine."
background = "#ffffff"
ink = "#000000"
muted = "#777777"
shades = ["#112233", "#445566"]
lines = ["#778899"]
line_alpha = 0.5
marker = "#fff"
star = "gold"
tracks = ["#123456", "teal"]
"""


def theme_file(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", theme_names())
def test_every_theme_loads_and_says_what_it_is(name):
    theme = load_theme(name)
    assert isinstance(theme, Theme)
    assert theme.summary.endswith(".")
    assert len(set(theme.tracks)) == len(theme.tracks) >= 7


@pytest.mark.parametrize("name", OURS)
def test_every_theme_of_ours_has_colours_that_can_be_told_apart(name):
    theme = load_theme(name)
    assert not {theme.background, theme.shades[0], theme.shades[-1]} & set(theme.tracks)
    for track in theme.tracks[:7]:
        assert contrast(track, theme.background) >= 2, track
    assert contrast(theme.ink, theme.background) >= 7
    assert contrast(theme.muted, theme.background) >= 4.5


def test_a_theme_is_found_by_path(tmp_path):
    path = theme_file(tmp_path, THEME)
    theme = load_theme(path)
    assert theme.tracks == ((0x12, 0x34, 0x56), (0, 128, 128))
    assert theme.marker == (255, 255, 255)
    drawn = compare("bowl", ["sgd"], theme=path, size=(320, 240), steps=30).scene
    assert drawn.main.tracks[0].color == (0x12, 0x34, 0x56)
    assert set(map(tuple, drawn.background.reshape(-1, 3).tolist())) >= {(0x11, 0x22, 0x33)}


def test_a_theme_is_found_in_a_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    theme_file(tmp_path, THEME)
    assert load_theme("~/mine.toml").summary == "Mine."


def test_a_file_dropped_into_the_folder_is_a_theme(tmp_path, monkeypatch):
    theme_file(tmp_path, THEME)
    monkeypatch.setattr(themes, "__path__", [*themes.__path__, str(tmp_path)])
    assert theme_names() == ["auto", "dark", "light", "mine", "radford"]
    assert load_theme("mine").summary == "Mine."


def test_every_value_of_a_theme_is_read_as_its_type_says(tmp_path):
    more = (
        'line_width = 2\nrim = "red"\nhalo = false\nlevels = 0\nspacing = "log"\n'
        'relief_shades = ["#000"]\nmesh = 200\nbleed = true\nshadow = "navy"\n'
        'walls = ["#111", "#222"]\n'
    )
    theme = load_theme(theme_file(tmp_path, THEME + more))
    plain = load_theme(theme_file(tmp_path, THEME))
    changed = {
        "line_width": 2, "rim": (255, 0, 0), "halo": False, "levels": 0, "spacing": "log",
        "relief_shades": ((0, 0, 0),), "mesh": 200, "bleed": True, "shadow": (0, 0, 128),
        "walls": ((17, 17, 17), (34, 34, 34)),
    }  # fmt: skip
    assert theme == dataclasses.replace(plain, **changed)
    assert (plain.edge, theme.edge) == ((255, 255, 255), (255, 0, 0))


@pytest.mark.parametrize("field", ["shades", "lines", "relief_shades"])
def test_a_gradient_may_be_a_colour_map(tmp_path, field):
    plain = load_theme(theme_file(tmp_path, THEME))
    text = "".join(line for line in THEME.splitlines(True) if not line.startswith(f"{field} ="))
    theme = load_theme(theme_file(tmp_path, f'{text}{field} = "viridis"\n'))
    stops = getattr(theme, field)
    assert dataclasses.replace(theme, **{field: getattr(plain, field)}) == plain
    for share in np.linspace(0, 1, 200):
        expected = np.array(colormaps["viridis"](share)[:3]) * 255
        np.testing.assert_allclose(blend(stops, share), expected, atol=4)


def test_a_surface_is_drawn_in_a_colour_map(tmp_path):
    text = THEME.replace('["#112233", "#445566"]', '"magma_r"')
    theme = theme_file(tmp_path, text)
    shades = compare("bowl", ["sgd"], theme=theme, size=(160, 120), steps=3).scene
    lowest, *_, highest = shades.main.view.shading.shades.tolist()
    assert (lowest, highest) == ([252, 253, 191], [0, 0, 4])


PAIR = 'summary = "Both."\nlight = "mine.toml"\ndark = "dark"\n'


def test_a_theme_may_be_two_of_which_files_lie_beside_it(tmp_path):
    mine, both = theme_file(tmp_path, THEME), tmp_path / "both.toml"
    both.write_text(PAIR, encoding="utf-8")
    assert light_and_dark(both) == (str(mine), "dark")
    assert load_theme(both) == dataclasses.replace(load_theme(mine), summary="Both.")
    assert light_and_dark("auto") == ("light", "dark")
    assert light_and_dark(mine) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PAIR + 'ink = "#000"', "mine.toml: a theme that follows has summary, light and dark, no"),
        ('summary = "Both."\ndark = "dark"', "mine.toml: a theme that follows has summary"),
        (PAIR, "mine.toml names itself"),
        (PAIR.replace("mine.toml", "lihgt"), "unknown theme 'lihgt', did you mean 'light'"),
        (PAIR.replace('"dark"', "3"), "mine.toml: dark: 3 is not a text"),
    ],
)
def test_what_is_not_two_themes_is_refused(tmp_path, monkeypatch, text, says):
    theme_file(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TrajvizError) as refusal:
        load_theme("mine.toml")
    assert str(refusal.value).startswith(says)


REFUSED = {
    THEME + 'inks = "#000"\n': "unknown key in mine.toml 'inks', did you mean 'ink'",
    THEME + "[colors]\n": "unknown key in mine.toml 'colors'",
    THEME.replace("muted", "#"): "mine.toml lacks muted",
    "": "mine.toml lacks summary, background, ink, muted, shades, lines, line_alpha, marker",
    THEME.replace("#777777", "#77777"): "mine.toml: muted: '#77777' is not a colour",
    THEME.replace('"#777777"', "7"): "mine.toml: muted: 7 is not a colour",
    THEME.replace('"#777777"', "[1, 2, 3]"): "mine.toml: muted: [1, 2, 3] is not a colour",
    THEME + "rim = true": "mine.toml: rim: True is not a colour",
    THEME.replace("teal", "teel"): "mine.toml: tracks: 'teel' is not a colour",
    THEME.replace('["#123456", "teal"]', "[]"): "mine.toml: tracks: [] is not a list of colours",
    THEME.replace('["#123456", "teal"]', '"red"'): "mine.toml: tracks: 'red' is not a list of",
    THEME.replace('"Mine."', "5"): "mine.toml: summary: 5 is not a text",
    THEME.replace("0.5", "1.5"): "mine.toml: line_alpha: 1.5 is not from 0 to 1",
    THEME.replace("0.5", '"half"'): "mine.toml: line_alpha: 'half' is not a finite number",
    THEME.replace("0.5", "nan"): "mine.toml: line_alpha: nan is not a finite number",
    THEME.replace("0.5", "true"): "mine.toml: line_alpha: True is not a finite number",
    THEME + "line_width = -1": "mine.toml: line_width: -1 is not from 0 to 10",
    THEME + "line_width = 10.1": "mine.toml: line_width: 10.1 is not from 0 to 10",
    THEME + "levels = true": "mine.toml: levels: True is not a whole number",
    THEME + "levels = 9.0": "mine.toml: levels: 9.0 is not a whole number",
    THEME + "levels = 201": "mine.toml: levels: 201 is not from 0 to 200",
    THEME + "mesh = -1": "mine.toml: mesh: -1 is not from 0 to 200",
    THEME + "halo = 1": "mine.toml: halo: 1 is not a truth value",
    THEME + "spacing = 'ranks'": "mine.toml: spacing: 'ranks' is not one of rank, log",
    THEME + "spacing = 1": "mine.toml: spacing: 1 is not a text",
    THEME + "shadow = 3": "mine.toml: shadow: 3 is not a colour",
    THEME + 'walls = ["#000"]': "mine.toml: walls: a block shows two, not 1",
    THEME.replace('["#112233", "#445566"]', '"viridos"'): "mine.toml: shades: unknown colour map "
    "'viridos', did you mean 'viridis'? Known: Accent, ",
    THEME.replace('["#112233", "#445566"]', '""'): "mine.toml: shades: unknown colour map ''. ",
    THEME.replace('["#112233", "#445566"]', "7"): "mine.toml: shades: 7 is not a list of colours",
    THEME.replace("=", ":"): "mine.toml, line 2: Expected '='",
    THEME + THEME: "mine.toml, line 13: Cannot overwrite a value",
    THEME + f"levels = {'9' * 5000}": "mine.toml is no theme: Exceeds the limit",
    THEME + f"levels = {'9' * 4000}": "mine.toml is no theme: a whole number has more than 64 bits",
    THEME + f"levels = 0x{'f' * 9000}": "mine.toml is no theme: a whole number has more than 64",
    THEME + f"levels = {'[' * 900 + ']' * 900}": "mine.toml is no theme: it has more than 32 bra",
    THEME + f"levels = {'[' * 5000}": "mine.toml is no theme: ",
    "#" * (MOST_TOML_BYTES + 1): "mine.toml is longer than a theme's 1,000,000 bytes",
}


@pytest.mark.parametrize(("text", "says"), REFUSED.items(), ids=range(len(REFUSED)))
def test_a_file_that_is_no_theme_says_what_is_wrong(tmp_path, monkeypatch, text, says):
    theme_file(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TrajvizError) as refusal:
        load_theme("mine.toml")
    assert str(refusal.value).startswith(says)


def test_bytes_that_are_no_text_are_no_theme(tmp_path):
    (tmp_path / "mine.toml").write_bytes(b'summary = "a"\nink = "\xff"\n')
    with pytest.raises(TrajvizError, match=r"mine\.toml, line 2: not UTF-8"):
        load_theme(tmp_path / "mine.toml")


def test_an_unknown_theme_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(TrajvizError, match="unknown theme 'drak', did you mean 'dark'"):
        load_theme("drak")
    with pytest.raises(TrajvizError, match=r"no theme file '.*none\.toml'"):
        load_theme(tmp_path / "none.toml")
    with pytest.raises(TrajvizError, match=r"no theme file '.*\.toml'"):
        load_theme(f"{tmp_path}.toml")


def test_colours_of_tracks_repeat_after_the_last():
    theme = load_theme("light")
    assert theme.track(len(theme.tracks)) == theme.tracks[0]


COLORS = st.sampled_from(["#fff", "#123456", "teal", "#12345678", "none", "no colour", ""])
NUMBERS = st.integers(-3, 300) | st.floats(width=32)
ANYTHING = COLORS | NUMBERS | st.booleans() | st.text(max_size=5) | st.just({})
KEYS = st.sampled_from([field.name for field in dataclasses.fields(Theme)] + ["light", "trakcs"])


def toml_text(table):
    """Return a table as TOML, whose values are as JSON writes them but for numbers without end."""
    lines = (f"{key} = {json.dumps(value)}" for key, value in table.items())
    return re.sub(r"\b(NaN|Infinity)\b", lambda m: m[0].lower()[:3], "\n".join(lines))


@pytest.mark.long
@given(st.dictionaries(KEYS, ANYTHING | st.lists(ANYTHING, max_size=4), max_size=3))
def test_any_values_are_a_theme_that_draws_or_are_refused_in_one_line(tmp_path_factory, changes):
    table = tomllib.loads(THEME) | changes
    path = theme_file(tmp_path_factory.mktemp("themes"), toml_text(table))
    try:
        race = compare("bowl", ["sgd:lr=0.1"], steps=3, size=(160, 120), theme=str(path))
    except TrajvizError as refused:
        message = str(refused)
    else:
        message = ""
        assert next(race.frames()).shape == (120, 160, 3)
    assert "\n" not in message
