"""Families: one setting with several values, each a track in a shade of one colour."""

import itertools

import pytest
from races import race

from trajviz import TrajvizError, load_recipe
from trajviz.recipe.spec import parse_specs, relatives

SMALL = {"size": (240, 180), "steps": 20}


def chips(*optimizers, **options):
    return race("bowl", optimizers, **SMALL, **options).scene.words.chips


def test_each_value_is_a_track():
    specs = parse_specs(["sgd:lr=0.01|0.1|0.9", "adam"])
    assert [spec.settings.get("lr") for spec in specs] == [0.01, 0.1, 0.9, None]
    assert [spec.family for spec in specs] == ["sgd lr"] * 3 + [""]
    assert [spec.label for spec in specs] == ["sgd lr=0.01", "sgd lr=0.1", "sgd lr=0.9", "adam"]


def test_a_family_has_one_colour_in_shades_and_others_have_the_next():
    family, plain = chips("sgd:lr=0.01|0.1|0.9", "adam"), chips("sgd:lr=0.1", "adam")
    assert family[1].color == plain[0].color
    assert family[3].color == plain[1].color
    light = [sum(chip.color) for chip in family[:3]]
    assert light[0] > light[1] + 60 > light[2] + 120


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_shades_are_told_apart_in_either_theme(theme):
    light = [sum(chip.color) for chip in chips("sgd:lr=0.01|0.1|0.9", theme=theme)]
    assert min(abs(a - b) for a, b in itertools.pairwise(light)) > 60


def test_a_colour_and_a_label_are_those_of_the_family():
    family = chips("sgd:lr=0.01|0.1|0.9,color=teal,label=mine")
    assert family[1].color == (0, 128, 128)
    assert [chip.name for chip in family] == ["mine 0.01", "mine 0.1", "mine 0.9"]


def test_tracks_are_put_into_a_family_by_hand():
    one, other = chips("sgd:family=ours", "adam:family=ours")
    assert one.color != other.color
    assert other.color != chips("sgd", "adam")[1].color


def test_a_family_comes_back_from_its_recipe(tmp_path):
    one = race("bowl", ("sgd:lr=0.01|0.1", "adam"), **SMALL)
    again = load_recipe(one.save_recipe(tmp_path / "a.toml"))
    assert [spec.family for spec in again.optimizers] == ["sgd lr", "sgd lr", ""]
    text = 'surface = "bowl"\noptimizers = ["sgd:lr=0.01|0.1"]\n'
    (tmp_path / "b.toml").write_text(text)
    assert len(load_recipe(tmp_path / "b.toml").optimizers) == 2


def test_bars_in_texts_stay_what_they_are():
    assert relatives("sgd:lr=0.1,label=a|b") == ["sgd:lr=0.1,label=a|b"]
    assert relatives("adam") == ["adam"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sgd:lr=0.1|0.2,clip=1|2", "vary one at a time"),
        ("sgd:lr=" + "|".join(map(str, range(1, 14))), "13 values in .* are more than 12"),
        ("sgd:lr=0.1|-1", "lr=-1"),
        ("sgd:lr=0.1|x", "lr=0.1|x"),
    ],
)
def test_what_is_no_family_is_refused(text, said):
    with pytest.raises(TrajvizError, match=said):
        parse_specs([text])
