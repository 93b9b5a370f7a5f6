"""Places: what suits each, what it takes, and what it refuses."""

import json

import pytest
from programs import trajviz

from trajviz.errors import TrajvizError
from trajviz.files.formats import load_format
from trajviz.files.metadata import read_note
from trajviz.files.places import Facts, check_place, load_place, place_names
from trajviz.recipe.recipe import Recipe


def facts(name="gif", size=(640, 480), frames=200, seconds=10.0, pixels="yuv420p", count=10**6):
    return Facts(load_format(name), size, frames, seconds, pixels, count)


@pytest.mark.parametrize("name", place_names())
def test_what_a_place_suggests_is_what_it_takes(name):
    place = load_place(name.upper())
    recipe = Recipe.of(surface="bowl", **place.values)
    play = recipe.playback
    for kind in ("gif", "mp4"):
        seconds = play.seconds + play.hold
        said = facts(kind, recipe.look.size, play.frames, seconds, count=place.max_bytes)
        assert [*place.refusals(said)] == []


@pytest.mark.parametrize(
    ("name", "said", "reason"),
    [
        ("github", facts(count=10_000_001), "10.0 MB is more than 10 MB"),
        ("x", facts(count=15_100_000), "15.1 MB is more than 15 MB"),
        ("x", facts(size=(1281, 720)), "1281x720 is more than 1280x1080"),
        ("x", facts(size=(1280, 1081), frames=10), "1280x1081 is more than 1280x1080"),
        ("x", facts(frames=351), "351 frames are more than 350"),
        ("x", facts(size=(1280, 1000), frames=300), "384 million pixels in all are more than 300"),
        ("x", facts("mp4", pixels="yuv444p"), "yuv444p is not yuv420p"),
        ("x", facts("mp4", seconds=0.4), "0.4 s is less than 0.5 s"),
        ("devto", facts(frames=700), "215 million pixels in all are more than 200"),
        ("blog", facts(count=5_100_000), "5.1 MB is more than 5 MB"),
    ],
)
def test_a_place_refuses_what_is_beyond_its_limits(name, said, reason):
    assert [*load_place(name).refusals(said)] == [reason]
    with pytest.raises(TrajvizError, match=f"{name} would refuse .{said.format.name}: "):
        check_place(load_place(name), said)


def test_the_limits_themselves_are_within():
    said = facts(size=(1000, 857), frames=350, count=15_000_000)
    assert [*load_place("x").refusals(said)] == []
    assert [*load_place("x").refusals(facts("mp4", frames=9999, seconds=0.5))] == []


def test_an_unknown_place_is_refused_with_a_guess():
    with pytest.raises(TrajvizError, match="unknown place 'githib', did you mean 'github'"):
        load_place("githib")


# On the command line

QUICK = ["render", "bowl", "sgd:lr=0.1", "--steps", "20"]


def test_a_place_sets_size_and_length_and_options_override_it(tmp_path):
    done = trajviz(*QUICK, "--for", "x", "--seconds", "0.5", "-o", "a.gif", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    table = read_note(tmp_path / "a.gif").table
    assert (table["size"], table["seconds"]) == ([800, 450], 0.5)


def test_what_a_place_would_refuse_is_refused_before_any_work(tmp_path):
    (tmp_path / "a.gif").write_bytes(b"old")
    done = trajviz(*QUICK, "--for", "x", "--size", "1920x1080", "-o", "a.gif", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: x would refuse .gif: 1920x1080 is more than 1280x1080\n"
    assert (tmp_path / "a.gif").read_bytes() == b"old"


def test_the_places_are_listed():
    told_there = json.loads(trajviz("list", "places", "--json").stdout)["places"]
    assert [row["name"] for row in told_there] == place_names()
    assert "at most 5 MB" in trajviz("list", "places").stdout
