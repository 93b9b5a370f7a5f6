"""Bundles: all that a page needs, written at once or not at all."""

import dataclasses
import re
import shutil

import pytest
from programs import trajviz

import trajviz as library
from trajviz.embedding import embed
from trajviz.errors import TrajvizError
from trajviz.files import dimensions
from trajviz.files.formats import load_format
from trajviz.files.plan import plan_bundle
from trajviz.files.snippets import load_snippet, snippet_names
from trajviz.race import compare

BUNDLED = ("gif", "mp4", "png")
"""What most places show together."""
SHORT = {"size": (161, 121), "steps": 8, "seconds": 0.6, "hold": 0.2, "fps": 10}


@pytest.mark.parametrize("kind", snippet_names())
def test_a_bundle_is_all_that_a_page_needs(kind, tmp_path):
    paths = compare("bowl", ["sgd"], **SHORT).bundle(tmp_path / "race", kind)
    suffixes = [*load_snippet(kind).formats, load_snippet(kind).suffix]
    assert [path.name for path in paths] == [f"race.{suffix}" for suffix in suffixes]
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert paths[-1].read_text("utf-8") == embed(paths[0], kind)


def test_most_places_have_a_gif_a_film_and_a_still():
    assert load_snippet("html").formats == load_snippet("markdown").formats == BUNDLED


@pytest.mark.long
def test_a_bundle_is_written_for_the_place_whose_limits_it_keeps(tmp_path):
    words = ["render", "bowl", "sgd", "--size", "160x120", "--seconds", "0.4", "--steps", "8"]
    for options, suffix, begin in (
        (("--for", "marp"), "md", "<video autoplay"),
        (("--for", "slides"), "embed.html", "<section>"),
        (("--for", "blog"), "embed.html", "<style>"),
        (("--for", "slides", "--as", "x"), "txt", "Contour plot of"),
    ):
        done = trajviz(*words, "--bundle", *options, "-o", "b", cwd=tmp_path)
        assert (done.returncode, done.stdout.split()[-1]) == (0, f"b.{suffix}")
        assert (tmp_path / f"b.{suffix}").read_text("utf-8").startswith(begin)


@pytest.mark.long
def test_a_bundle_for_latex_is_two_documents_and_each_keeps_to_the_size(tmp_path):
    words = ["render", "bowl", "sgd", "--size", "160x120", "--seconds", "0.4", "--steps", "8"]
    done = trajviz(*words, "--fps", "10", "--bundle", "--as", "latex", "-o", "b", cwd=tmp_path)
    assert (done.returncode, done.stdout.split()) == (0, ["b.anim.pdf", "b.pdf", "b.tex"])
    assert "{10}{b.anim}{}{}" in (tmp_path / "b.tex").read_text("utf-8")
    with pytest.raises(TrajvizError, match=r"9,000 bytes do not hold this as \.anim\.pdf"):
        compare("bowl", ["sgd"], **SHORT, max_bytes=9_000).bundle(tmp_path / "race", "latex")


def test_a_bundle_draws_and_runs_once(tmp_path, monkeypatch):
    calls = []
    real = library.race.compose
    monkeypatch.setattr(library.race, "compose", lambda *a: calls.append(a) or real(*a))
    compare("bowl", ["sgd"], **SHORT).bundle(tmp_path / "race")
    assert len(calls) == 1


@pytest.mark.parametrize("broken", BUNDLED)
def test_a_bundle_that_fails_leaves_all_files_as_they_were(broken, tmp_path, monkeypatch):
    for suffix in (*BUNDLED, "embed.html"):
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


@pytest.fixture(scope="module")
def following(tmp_path_factory):
    """The folder of a bundle whose pictures follow their reader."""
    folder = tmp_path_factory.mktemp("following")
    compare("bowl", ["sgd"], theme="auto", **SHORT).bundle(folder / "race")
    return folder


def test_a_bundle_that_follows_its_reader_has_each_picture_twice_and_one_snippet(following):
    names = [f"race.{suffix}" for suffix in BUNDLED] + [f"race.dark.{suffix}" for suffix in BUNDLED]
    assert sorted(path.name for path in following.iterdir()) == sorted([*names, "race.embed.html"])
    snippet = (following / "race.embed.html").read_text("utf-8")
    assert snippet == embed(following / "race.gif")
    assert "race.dark.mp4" in snippet


@pytest.mark.parametrize("suffix", BUNDLED)
def test_each_half_is_what_its_theme_alone_gives_and_its_note_says_so(following, suffix):
    from trajviz.files.metadata import load_recipe

    for theme, name in (("light", f"race.{suffix}"), ("dark", f"race.dark.{suffix}")):
        path = following / name
        recipe = load_recipe(path)
        assert recipe.look.theme == theme
        assert library.run(recipe).to_bytes(suffix) == path.read_bytes()


@pytest.mark.parametrize("kind", snippet_names())
def test_both_halves_have_the_same_words(following, kind):
    assert "elongated bowl" in embed(following / "race.gif", kind)
    words = [embed(following / f"race{half}.png", "rst") for half in ("", ".dark")]
    assert words[0] == words[1].replace(".dark", "")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
@pytest.mark.parametrize(("scheme", "half"), [("light", "race"), ("dark", "race.dark")])
def test_a_browser_shows_each_reader_theirs(following, tmp_path, page_of, scheme, half, motion):
    for path in following.iterdir():
        shutil.copy(path, tmp_path)
    (tmp_path / "race.mp4").rename(tmp_path / "film.mp4")
    picture = embed(tmp_path / "race.gif", alt="a")
    (tmp_path / "film.mp4").rename(tmp_path / "race.mp4")
    film = (tmp_path / "race.embed.html").read_text("utf-8")
    page = tmp_path / "page.html"
    page.write_text(f'<!doctype html><html lang="en"><title>x</title>{picture}{film}', "utf-8")
    opened = page_of(page, motion=motion, scheme=scheme)
    for video in opened.page.locator("video:visible").all():
        video.evaluate("(one) => one.play()")
    source = "[...document.querySelectorAll('video, img')].filter((one) => one.checkVisibility())"
    opened.page.wait_for_function(f"{source}.every((one) => one.currentSrc)")
    seen = opened.page.evaluate(f"{source}.map((one) => one.currentSrc)")
    still = "png" if motion == "reduce" else "gif"
    assert [one.rpartition("/")[2] for one in seen] == [f"{half}.{still}", f"{half}.mp4"]
    assert opened.errors == []


def test_a_bundle_that_fails_in_the_dark_leaves_all_files_as_they_were(tmp_path, monkeypatch):
    names = [f"race.{half}{suffix}" for half in ("", "dark.") for suffix in BUNDLED]
    for name in (*names, "race.embed.html"):
        (tmp_path / name).write_text("old")

    def failing(race, look):
        if look.theme == "dark":
            raise OSError("full")
        return race

    real = library.race.compose
    monkeypatch.setattr(library.race, "compose", lambda o, *a: failing(real(o, *a), o.recipe.look))
    with pytest.raises(OSError, match="full"):
        compare("bowl", ["sgd"], theme="auto", **SHORT).bundle(tmp_path / "race")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"] * 7


def test_the_half_that_takes_more_decides_what_both_give_up(tmp_path):
    options = {**SHORT, "size": (321, 241), "max_bytes": 22_000}
    sizes = {}
    for theme in ("light", "auto"):
        *media, _ = compare("bowl", ["sgd"], theme=theme, **options).bundle(tmp_path / theme)
        assert all(path.stat().st_size <= 22_000 for path in media)
        sizes[theme] = {dimensions.size_of(path) for path in media if path.suffix != ".mp4"}
    assert (len(media), sizes) == (6, {"light": {(321, 241)}, "auto": {(256, 192)}})


def test_a_bundle_is_refused_before_anything_is_drawn(tmp_path):
    (tmp_path / "race.mp4").mkdir()
    run = compare("bowl", ["sgd"], **SHORT)
    with pytest.raises(TrajvizError, match=r"race\.mp4' is a folder"):
        run.bundle(tmp_path / "race")
    with pytest.raises(TrajvizError, match="is no name without suffix, as in 'post/beale'"):
        run.bundle(tmp_path / "race.gif")
    with pytest.raises(TrajvizError, match="unknown snippet 'htm', did you mean 'html'"):
        run.bundle(tmp_path / "race", "htm")
    with pytest.raises(TrajvizError, match="unknown theme 'autp', did you mean 'auto'"):
        plan_bundle(tmp_path / "other", "autp")
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


def test_render_writes_a_bundle_that_follows_its_reader(tmp_path):
    words = ["render", "bowl", "sgd", "--size", "160x120", "--seconds", "0.4", "--steps", "8"]
    done = trajviz(*words, "-o", "post", "--bundle", "--theme", "auto", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("160x120")) == (0, 6)
    assert done.stdout.split() == [
        "post.gif", "post.mp4", "post.png", "post.dark.gif", "post.dark.mp4", "post.dark.png",
        "post.embed.html",
    ]  # fmt: skip
    assert sorted(done.stdout.split()) == sorted(path.name for path in tmp_path.iterdir())


def test_the_snippet_of_a_bundle_is_not_written_over_the_page_of_the_race(tmp_path):
    shown = compare("bowl", ["sgd"], **SHORT)
    page = shown.save(tmp_path / "race.html").read_bytes()
    shown.bundle(tmp_path / "race")
    assert (tmp_path / "race.html").read_bytes() == page
    assert (tmp_path / "race.embed.html").read_text("utf-8").startswith("<style>")
