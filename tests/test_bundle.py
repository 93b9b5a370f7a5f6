"""Bundles: all that a page needs, written at once or not at all."""

import dataclasses
import re

import pytest
from programs import trajviz

import trajviz as library
from trajviz.embedding import embed
from trajviz.errors import TrajvizError
from trajviz.files import dimensions
from trajviz.files.formats import load_format
from trajviz.files.plan import BUNDLED
from trajviz.files.snippets import load_snippet, snippet_names
from trajviz.race import compare

SHORT = {"size": (161, 121), "steps": 8, "seconds": 0.6, "hold": 0.2, "fps": 10}


@pytest.mark.parametrize("kind", snippet_names())
def test_a_bundle_is_all_that_a_page_needs(kind, tmp_path):
    paths = compare("bowl", ["sgd"], **SHORT).bundle(tmp_path / "race", kind)
    suffixes = ["gif", "mp4", "png", load_snippet(kind).suffix]
    assert [path.name for path in paths] == [f"race.{suffix}" for suffix in suffixes]
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert paths[-1].read_text("utf-8") == embed(paths[0], kind)


def test_a_bundle_draws_and_runs_once(tmp_path, monkeypatch):
    calls = []
    real = library.race.compose
    monkeypatch.setattr(library.race, "compose", lambda *a: calls.append(a) or real(*a))
    compare("bowl", ["sgd"], **SHORT).bundle(tmp_path / "race")
    assert len(calls) == 1


@pytest.mark.parametrize("broken", BUNDLED)
def test_a_bundle_that_fails_leaves_all_files_as_they_were(broken, tmp_path, monkeypatch):
    for suffix in (*BUNDLED, "html"):
        (tmp_path / f"race.{suffix}").write_text("old")

    def failing(name):
        chosen = load_format(name)
        if name != broken:
            return chosen

        def write(path, *_):
            path.write_text("half")
            raise OSError("full")

        return dataclasses.replace(chosen, write=write)

    monkeypatch.setattr("trajviz.files.plan.load_format", failing)
    with pytest.raises(OSError, match="full"):
        compare("bowl", ["sgd"], **SHORT).bundle(tmp_path / "race")
    assert {path.read_text() for path in tmp_path.iterdir()} == {"old"}
    assert len(list(tmp_path.iterdir())) == 4


def test_a_bundle_is_refused_before_anything_is_drawn(tmp_path):
    (tmp_path / "race.mp4").mkdir()
    run = compare("bowl", ["sgd"], **SHORT)
    with pytest.raises(TrajvizError, match=r"race\.mp4' is a folder"):
        run.bundle(tmp_path / "race")
    with pytest.raises(TrajvizError, match="is no name without suffix, as in 'post/beale'"):
        run.bundle(tmp_path / "race.gif")
    with pytest.raises(TrajvizError, match="unknown snippet 'htm', did you mean 'html'"):
        run.bundle(tmp_path / "race", "htm")
    assert "scene" not in vars(run)
    assert [path.name for path in tmp_path.iterdir()] == ["race.mp4"]


@pytest.mark.long
def test_every_file_of_a_bundle_keeps_to_the_size_and_all_are_alike(tmp_path):
    run = compare("bowl", ["sgd", "adam"], seconds=1, max_bytes=16_000)
    *media, snippet = run.bundle(tmp_path / "race")
    sizes = {dimensions.size_of(path) for path in media}
    assert len(sizes) == 1
    assert sizes != {(640, 480)}
    assert all(path.stat().st_size <= 16_000 for path in media)
    assert snippet.read_text("utf-8") == embed(media[0])


def test_a_bundle_that_fits_no_way_leaves_nothing(tmp_path):
    with pytest.raises(TrajvizError, match=r"2,000 bytes do not hold this as \.gif"):
        compare("bowl", ["sgd"], **SHORT, max_bytes=2_000).bundle(tmp_path / "race")
    assert list(tmp_path.iterdir()) == []


def test_render_writes_a_bundle(tmp_path):
    words = ["render", "bowl", "sgd", "--size", "160x120", "--seconds", "0.4", "--steps", "8"]
    done = trajviz(*words, "-o", "post", "--bundle", "--as", "markdown", cwd=tmp_path)
    assert done.returncode == 0
    assert re.findall(r"160x120, (?:(\d+) frames, )?", done.stderr) == ["10", "60", ""]
    assert done.stdout.split() == ["post.gif", "post.mp4", "post.png", "post.md"]
    assert (tmp_path / "post.md").read_text("utf-8").startswith("![Contour plot of an elongated")
