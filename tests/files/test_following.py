"""Themes that follow their reader: one file that is light or dark, and what cannot be."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from browser import assert_look_alike, seen_on
from races import race

from trajviz.errors import TrajvizError
from trajviz.files.following import following
from trajviz.files.formats import format_names, load_format

FOLLOWING = [name for name in format_names() if load_format(name).follows]
EVERY_VIEW = pytest.mark.parametrize("view", ["contour", "relief", "split"])
EVERY_FORMAT = pytest.mark.parametrize("name", FOLLOWING)


def drawn(theme, name, view):
    one = race(theme=theme, view=view, size=(240, 180), steps=5, metadata=False)
    return one.to_bytes(name).decode()


def rules_of(text):
    """Return the declarations of each class in the dark."""
    (sheet,) = re.findall(r"@media\(prefers-color-scheme: dark\)\{(.*?\})\}</style>", text)
    return dict(re.findall(r"\.(\w+)\{([^}]*)\}", sheet))


def in_the_dark(text):
    """Return the drawing with its rules for the dark carried out by hand."""
    rules = rules_of(text)
    text = re.sub(r"<style>\.lit.*?</style>", "", text)
    text = re.sub(r'<image class="lit"[^>]*>', "", text).replace(' class="dim"', "")

    def changed(tag):
        found = re.search(r' class="(dk\d+)(?: ([^"]*))?"', tag[0])
        if not found:
            return tag[0]
        kept = f' class="{found[2]}"' if found[2] else ""
        plain = tag[0].replace(found[0], kept)
        for part in rules[found[1]].split(";"):
            name, value = part.removesuffix("!important").split(":", 1)
            plain = re.sub(
                rf'((?<= ){name}="|(?<=[ ";]){name}: ?)[^";]*', rf"\g<1>{value.strip()}", plain
            )
        return plain

    return re.sub(r"<[A-Za-z][^<>]*>", changed, text)


def in_the_light(text):
    text = re.sub(r"<style>\.lit.*?</style>", "", text)
    text = re.sub(r'<image class="dim"[^>]*>', "", text)
    text = re.sub(r' class="(?:lit|dk\d+)"', "", text)
    return re.sub(r' class="dk\d+ ', ' class="', text)


@pytest.mark.long
@EVERY_VIEW
@EVERY_FORMAT
def test_a_file_that_follows_is_the_light_one_and_by_its_rules_the_dark_one(name, view):
    text = drawn("auto", name, view)
    assert in_the_light(text) == drawn("light", name, view)
    assert in_the_dark(text) == drawn("dark", name, view)


@pytest.mark.long
@EVERY_VIEW
@pytest.mark.parametrize("name", [name for name in FOLLOWING if name.endswith("svg")])
def test_a_drawing_that_follows_is_well_formed_and_no_larger_than_it_must_be(name, view):
    text, light, dark = (drawn(theme, name, view) for theme in ("auto", "light", "dark"))
    ElementTree.fromstring(text)
    assert len(text) < (1.1 * len(light) if view == "contour" else 0.9 * (len(light) + len(dark)))


@pytest.mark.parametrize("name", [name for name in format_names() if name not in FOLLOWING])
def test_one_file_of_pixels_cannot_follow_its_reader(name, tmp_path):
    with pytest.raises(TrajvizError, match=rf"theme 'auto' .* a \.{name} cannot: ") as refused:
        race(theme="auto", size=(160, 120), steps=2).save(tmp_path / f"race.{name}")
    assert ("--bundle" in str(refused.value)) == (load_format(name).role != "print")
    assert not [*tmp_path.iterdir()]


def test_a_file_says_by_which_recipe_it_follows_and_is_rendered_again(tmp_path):
    from trajviz.files.metadata import load_recipe
    from trajviz.race import run

    path = race(theme="auto", size=(160, 120), steps=2).save(tmp_path / "race.svg")
    recipe = load_recipe(path)
    assert recipe.look.theme == "auto"
    assert run(recipe).to_bytes("svg") == path.read_bytes()


def test_drawings_that_differ_in_more_than_colours_are_refused():
    with pytest.raises(TrajvizError, match="not drawn alike in light and dark"):
        following("<svg><a/></svg>", "<svg><b/></svg>")
    with pytest.raises(TrajvizError, match="not drawn alike"):
        following("<svg>light</svg>", "<svg>dark</svg>")
    with pytest.raises(TrajvizError, match="not drawn alike"):
        following("<svg></svg>", "<svg><a/></svg>")


def test_a_notebook_shows_the_light_one():
    one, light = (race(theme=theme, size=(160, 120), steps=2) for theme in ("auto", "light"))
    assert one._repr_png_() == light._repr_png_()


@pytest.mark.browser
@EVERY_FORMAT
@pytest.mark.parametrize("view", ["contour", "relief"])
def test_a_browser_shows_each_reader_theirs(name, view, page_of, tmp_path):
    paths = {}
    for theme in ("auto", "light", "dark"):
        paths[theme] = tmp_path / f"{theme}.{name}"
        paths[theme].write_text(drawn(theme, name, view), encoding="utf-8")

    def seen(theme, scheme):
        opened = page_of(paths[theme], scheme=scheme, motion="reduce")
        assert not opened.errors
        return seen_on(opened.page)

    for scheme in ("light", "dark"):
        assert_look_alike(seen("auto", scheme), seen(scheme, scheme))
    assert (abs(seen("auto", "light").astype(int) - seen("auto", "dark")) > 50).any()
