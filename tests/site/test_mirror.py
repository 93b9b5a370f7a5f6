"""A folder of pages written again elsewhere: what is written, what is not, what is removed."""

import pytest
from programs import trajviz

from trajviz.errors import TrajvizError
from trajviz.site.mirror import Mirror

RACE = 'steps = 5\nsize = [160, 120]\nseconds = 0.2\nformat = "png"\n'
BLOCK = f"```trajviz bowl sgd:lr=0.1\n{RACE}```\n"


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    (folder / "post").mkdir(parents=True)
    (folder / "index.md").write_text(f"# A bowl\n\n{BLOCK}\nText.\n")
    (folder / "post" / "more.md").write_text(f"{BLOCK}")
    (folder / "plain.md").write_bytes(b"text\r\n\xff")
    (folder / "data.bin").write_bytes(bytes(range(256)))
    return folder


@pytest.fixture
def target(tmp_path):
    return tmp_path / "target"


def snapshot(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def times(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def written(source, target, kind="markdown"):
    mirror = Mirror(source, target, kind)
    return sorted(path.relative_to(target).as_posix() for path in mirror.write())


def test_pages_show_media_at_the_way_to_their_folder_and_the_rest_is_copied(source, target):
    before = snapshot(source)
    assert written(source, target) == ["data.bin", "index.md", "plain.md", "post/more.md"]
    assert snapshot(source) == before
    made = snapshot(target)
    (picture,) = [name for name in made if name.endswith(".png")]
    assert made["index.md"].startswith(b"# A bowl\n\n![Contour plot")
    assert f"](trajviz/{picture.rpartition('/')[2]})\n\nText.\n".encode() in made["index.md"]
    assert b"](../trajviz/bowl-" in made["post/more.md"]
    assert {name: made[name] for name in ("plain.md", "data.bin")} == {
        name: before[name] for name in ("plain.md", "data.bin")
    }


def test_a_second_time_renders_nothing_and_writes_nothing(source, target):
    written(source, target)
    before = times(target)
    mirror = Mirror(source, target, "markdown")
    assert [*mirror.stale()] == []
    assert [*mirror.write()] == []
    assert mirror.store.made == 0
    assert times(target) == before


def test_only_what_has_changed_is_written_and_what_is_gone_is_removed(source, target):
    written(source, target)
    (target / "mine.txt").write_text("mine")
    (source / "data.bin").unlink()
    (source / "index.md").write_text(f"{BLOCK}".replace("steps = 5", "steps = 6"))
    (source / "post" / "more.md").write_text("no race")
    mirror = Mirror(source, target, "markdown")
    assert [line.partition(": ")[2] for line in mirror.stale()] == [
        "not rendered", "not as its source", "its source is gone",
    ]  # fmt: skip
    old = {name for name in snapshot(target) if name.endswith(".png")}
    assert written(source, target) == ["index.md", "post/more.md"]
    left = snapshot(target)
    assert "data.bin" not in left
    assert "mine.txt" in left
    assert len([name for name in left if name.endswith(".png") and name not in old]) == 1
    assert not old & {*left}


def test_a_page_that_was_edited_in_the_target_is_written_again(source, target):
    written(source, target)
    (target / "index.md").write_text("edited")
    assert [*Mirror(source, target, "markdown").stale()] == [
        f"{target / 'index.md'}: not as its source says"
    ]
    assert written(source, target) == ["index.md"]


def test_a_block_that_is_wrong_is_told_before_anything_is_written(source, target):
    page = source / "post" / "more.md"
    page.write_text(f"text\n\n```trajviz beal\n```\n{BLOCK}")
    with pytest.raises(TrajvizError) as raised:
        written(source, target)
    assert str(raised.value).startswith(f"{page}, line 3: unknown surface 'beal'")
    assert not [name for name in snapshot(target) if name.endswith(".md")]


def test_a_target_that_holds_the_source_is_refused_and_one_within_it_is_no_source(source):
    for wrong in (source, source.parent):
        with pytest.raises(TrajvizError, match="holds the source"):
            Mirror(source, wrong, "markdown")
    inner = source / "build"
    names = written(source, inner)
    assert [*Mirror(source, inner, "markdown").stale()] == []
    assert not (inner / "build").exists()
    assert len(names) == 4


def test_files_of_version_control_and_of_the_tool_are_no_source(source, target):
    (source / "hugo.toml").write_text("")
    for name in (".git", "public"):
        (source / name).mkdir()
        (source / name / "x.md").write_text("x")
    names = written(source, target, "hugo")
    assert "layouts/shortcodes/trajviz.html" in names
    assert not [name for name in names if name.endswith("/x.md")]


def test_one_page_alone_is_written_too(source, target):
    assert written(source / "index.md", target) == ["index.md"]


@pytest.mark.long
def test_the_command_writes_a_folder_and_says_what_is_stale(source, target):
    words = ["site", source, "--into", target, "--as", "markdown"]
    stale = trajviz(*words, "--check")
    assert (stale.returncode, stale.stdout.splitlines()[0]) == (
        1, f"{source / 'index.md'}, line 3: not rendered",
    )  # fmt: skip
    assert not target.exists()
    done = trajviz(*words)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 4)
    assert done.stderr == "2 races, 1 rendered\n"
    assert trajviz(*words, "-q").stdout == ""
    assert trajviz(*words, "--check").stdout == "everything is current\n"


@pytest.mark.long
def test_the_command_is_a_filter(tmp_path):
    words = ["site", "-", "--as", "markdown", "--media", "media", "--page", "post/a.md"]
    done = trajviz(*words, cwd=tmp_path, input=f"text\n\n{BLOCK}")
    assert done.stdout.startswith("text\n\n![Contour plot")
    (picture,) = (tmp_path / "media").glob("bowl-*.png")
    assert f"](media/{picture.name})" in done.stdout
    wrong = trajviz(*words, cwd=tmp_path, input="\n```trajviz beal\n```\n")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("Error: post/a.md, line 2: unknown surface 'beal'")
