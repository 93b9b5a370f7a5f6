"""The store of media: what is rendered when, what a crash leaves, what is removed."""

import json
import os
from pathlib import Path

import pytest

from trajviz.errors import TrajvizError
from trajviz.site import media as room
from trajviz.site.block import read_block
from trajviz.site.media import DAY, RECORDS, Store
from trajviz.site.page import Page

SMALL = "steps = 5\nsize = [160, 120]\nseconds = 0.2\n"


@pytest.fixture
def page(tmp_path):
    return Page("docs/index.md", 12, tmp_path)


@pytest.fixture
def block(page):
    return read_block("bowl sgd:lr=0.1", SMALL + 'format = "png"\n', page=page)


def other(page, more, words="bowl sgd:lr=0.1"):
    return read_block(words, SMALL + more, page=page)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "media"


def files_of(folder):
    return {path.name: path.stat() for path in folder.rglob("*") if path.is_file()}


def test_media_are_rendered_once(block, folder, monkeypatch):
    store = Store(folder)
    first = store.media(block, "html")
    assert (first.made, store.made) == (True, 1)
    before = files_of(folder)
    monkeypatch.setattr(room, "run", None)
    again = Store(folder)
    second = again.media(block, "html")
    assert (second.made, again.made) == (False, 0)
    assert files_of(folder) == before
    assert (second.alt, second.files, second.fps) == (first.alt, first.files, first.fps)


def test_the_snippet_shows_the_files_at_their_address_with_alt_text_and_size(block, folder):
    media = Store(folder).media(block, "html")
    (name,) = media.names
    assert media.alt.startswith("Contour plot of an elongated bowl")
    snippet = media.snippet("../media")
    assert f'src="../media/{name}"' in snippet
    assert media.alt in snippet
    assert 'width="160" height="120"' in snippet


def test_the_pages_own_words_stand_for_computed_ones_and_render_nothing(block, page, folder):
    store = Store(folder)
    computed = store.media(block, "html")
    media = store.media(other(page, 'format = "png"\nalt = "A bowl."'), "html")
    assert (media.alt, media.files, store.made) == ("A bowl.", computed.files, 1)


@pytest.mark.parametrize("broken", ["file", "shorter", "record", "no JSON", "no record of ours"])
def test_what_is_missing_or_broken_is_rendered_again(block, folder, broken):
    (name,) = Store(folder).media(block, "html").names
    file, record = folder / name, folder / RECORDS / f"{Path(name).stem}.json"
    picture = file.read_bytes()
    if broken == "file":
        file.unlink()
    elif broken == "shorter":
        file.write_bytes(picture[:-5])
    elif broken == "record":
        record.unlink()
    else:
        record.write_text("{" if broken == "no JSON" else '["files"]')
    assert not Store(folder).is_current(block, "html")
    assert Store(folder).media(block, "html").made
    assert file.read_bytes() == picture
    assert Store(folder).is_current(block, "html")


def test_another_recipe_another_file_that_it_names_and_another_version_are_other_media(
    tmp_path, page, folder, monkeypatch
):
    theme = tmp_path / "own.toml"
    theme.write_bytes((Path(room.__file__).parents[1] / "scene/themes/dark.toml").read_bytes())
    body = 'format = "png"\ntheme = "own.toml"\n'
    first = Store(folder).media(other(page, body), "html").names
    assert not Store(folder).is_current(other(page, body + "seed = 1"), "html")
    theme.write_text(theme.read_text("utf-8") + "\n", "utf-8")
    second = Store(folder).media(other(page, body), "html").names
    monkeypatch.setattr(room, "installed_versions", lambda: {"trajviz": "99"})
    third = Store(folder).media(other(page, body), "html").names
    assert len({first, second, third}) == 3


def test_a_format_more_is_rendered_alone(block, page, folder):
    store = Store(folder)
    (png,) = store.media(block, "html").names
    before = (folder / png).stat()
    names = store.media(other(page, 'format = "gif"'), "html").names
    assert sorted(names) == sorted([png, png.replace(".png", ".gif")])
    assert (folder / png).stat() == before


@pytest.mark.long
def test_a_theme_that_follows_its_reader_has_dark_halves_but_where_one_file_is_both(page, folder):
    media = Store(folder).media(other(page, 'format = "anim.svg"\ntheme = "auto"'), "html")
    assert [name.partition(".")[2] for name in media.names] == ["anim.svg", "png", "dark.png"]
    assert "(prefers-color-scheme: dark)" in media.snippet()


def test_a_still_of_a_step_says_what_is_there_at_that_step(page, folder):
    media = Store(folder).media(other(page, "at = [0]"), "html")
    assert media.names[0].endswith("-0.png")
    assert "after 5 steps" not in media.alt


@pytest.mark.long
def test_all_files_of_a_block_keep_to_their_bytes_in_one_size(page, folder):
    body = 'format = "gif"\nmax_bytes = 12000\nsize = [320, 240]'
    block = read_block("bowl sgd:lr=0.1", f"steps = 5\nseconds = 0.2\n{body}", page=page)
    media = Store(folder).media(block, "html")
    assert max(file.bytes for file in media.files) <= 12000
    assert len({file.size for file in media.files}) == 1


def test_a_block_that_fails_leaves_nothing_and_says_where_it_stands(page, folder):
    block = other(page, 'format = "gif"\nmax_bytes = 10')
    with pytest.raises(TrajvizError, match=r"^docs/index.md, line 12: 10 bytes do not hold this"):
        Store(folder).media(block, "html")
    with pytest.raises(TrajvizError, match=r"^docs/index.md, line 12: unknown surface 'beal'"):
        Store(folder).media(other(page, "", "beal"), "html")
    assert files_of(folder) == {}


def test_all_files_of_a_block_appear_or_none(page, folder, monkeypatch):
    replace, left = os.replace, [2]

    def fails(*paths):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        return replace(*paths)

    monkeypatch.setattr(Path, "replace", lambda path, target: fails(path, target))
    with pytest.raises(OSError, match="cannot be written"):
        Store(folder).media(other(page, 'format = "gif"'), "html")
    assert files_of(folder) == {}


def test_what_no_block_asks_for_any_more_is_removed_and_nothing_else(block, page, folder):
    old, new = Store(folder), Store(folder)
    (gone,) = old.media(other(page, 'format = "png"\nseed = 3\nnoise = 0.1'), "html").names
    old.media(other(page, 'format = "gif"'), "html")
    (folder / "mine.png").write_text("mine")
    (kept,) = new.media(block, "html").names
    assert sorted(new.keep_only()) == sorted([gone, kept.replace(".png", ".gif")])
    assert sorted(files_of(folder)) == sorted([kept, "mine.png", kept.replace(".png", ".json")])
    assert Store(folder).is_current(block, "html")


def aged(folder, stem):
    """Have a block look as if nobody had asked for it for days."""
    os.utime(folder / RECORDS / f"{stem}.json", (0, 0))


def test_a_cache_keeps_what_others_asked_for_lately_or_name(block, page, folder):
    store = Store(folder)
    others = [other(page, f'format = "png"\nseed = {seed}\nnoise = 0.1') for seed in range(3)]
    names = [store.media(one, "html").names[0] for one in others]
    lately, named, gone = (Path(name).stem for name in names)
    assert [store.stem_of(one) for one in others] == [lately, named, gone]
    for stem in (named, gone):
        aged(folder, stem)
    new = Store(folder)
    new.media(block, "html")
    assert new.keep_only({named}, unasked=DAY) == [f"{gone}.png"]
    assert [Store(folder).is_current(one, "html") for one in others] == [True, True, False]


def test_what_is_asked_for_again_counts_as_asked_for_lately(block, folder):
    store = Store(folder)
    (name,) = store.media(block, "html").names
    aged(folder, Path(name).stem)
    Store(folder).media(block, "html")
    assert Store(folder).keep_only(unasked=DAY) == []
    assert Store(folder).keep_only() == [name]


def test_a_record_removes_no_file_elsewhere(folder, tmp_path):
    (tmp_path / "mine.png").write_text("mine")
    (folder / RECORDS).mkdir(parents=True)
    entry = {"name": "../mine.png", "format": "png", "size": [1, 1], "bytes": 4}
    table = {"alt": "", "fps": 1, "files": {"../mine.png": entry}}
    (folder / RECORDS / "bowl-1.json").write_text(json.dumps(table))
    Store(folder).keep_only()
    assert (tmp_path / "mine.png").exists()
