"""A look at a gallery that was current is short where nothing has changed, and never wrong."""

import os

import pytest
from galleries import append, edit, stale, write

import trajviz
from trajviz.gallery import snapshot
from trajviz.gallery.check import check_gallery
from trajviz.gallery.lock import LockEntry, digest
from trajviz.gallery.plan import plan_gallery
from trajviz.gallery.versions import installed_versions

TEXT = """
[defaults]
outputs = ["{name}.png"]

[[animation]]
name = "a"
surface = "bowl"
theme = "own.toml"
paths = ["own.csv"]
optimizers = ["sgd:lr=0.1"]
"""


@pytest.fixture
def current(tmp_path, monkeypatch):
    """A gallery that was found current, of whose files no clock may be doubted."""
    monkeypatch.setattr(snapshot, "FEWEST", 1)
    monkeypatch.setattr(snapshot, "_COARSEST_CLOCK", -(10**15))
    folder = write(tmp_path / "gallery", TEXT)
    record(folder)
    assert check_gallery(folder).stale == {}
    return folder


def record(folder, made_with=()):
    """Let a gallery be as a build leaves it."""
    plan = plan_gallery(folder, force=True)
    with plan.lock.recording():
        for planned in plan.items:
            for file in planned.item.files:
                (folder / file).write_bytes(b"A picture.")
            entry = LockEntry(
                title="A",
                sources=planned.sources,
                outputs=dict.fromkeys(planned.item.files, digest(b"A picture.")),
                versions={**installed_versions(), **dict(made_with)},
            )
            plan.lock.record(planned.item.name, entry)
        plan.site.write(plan.lock)


@pytest.fixture
def looks(monkeypatch):
    """The whole looks that are taken, one entry each."""
    taken = []

    def look(*args, **kwargs):
        taken.append(args)
        return plan_gallery(*args, **kwargs)

    monkeypatch.setattr("trajviz.gallery.plan.plan_gallery", look)
    return taken


def test_nothing_is_read_again_where_nothing_has_changed(current, looks, monkeypatch):
    assert check_gallery(current).stale == {}
    monkeypatch.chdir(current.parent)
    assert check_gallery("gallery").stale == {}
    assert looks == []


def dated_back(path, data):
    """Write as many bytes as a file has, and give it its old time."""
    before = path.stat()
    assert len(data) == before.st_size
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = {
    "output, its time set back": lambda g: dated_back(g / "a.png", b"A forgery."),
    "output missing": lambda g: (g / "a.png").unlink(),
    "output replaced": lambda g: (g / "own.csv").replace(g / "a.png"),
    "page": lambda g: append(g / "index.html", "x"),
    "gallery": lambda g: edit(g / "gallery.toml", "0.1", "0.2"),
    "lock": lambda g: (g / "gallery.lock").unlink(),
    "theme": lambda g: append(g / "own.toml", "levels = 9\n"),
    "paths": lambda g: edit(g / "own.csv", "1,0,0", "1,0,0.5"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_of_any_file_is_found(what, current):
    CHANGES[what](current)
    try:
        expected = stale(current)
    except trajviz.TrajvizError as error:
        with pytest.raises(trajviz.TrajvizError, match=str(error)):
            check_gallery(current)
    else:
        assert expected
        assert check_gallery(current).stale == expected


def test_a_build_that_was_killed_and_another_trajviz_are_reasons_to_look(
    current, looks, monkeypatch
):
    (current / "gallery.lock.journal").write_bytes(b"")
    check_gallery(current)
    assert len(looks) == 1
    monkeypatch.setattr(trajviz, "__version__", "99")
    check_gallery(current)
    assert len(looks) == 2


def test_another_file_of_the_program_is_a_reason_to_look(current, looks, tmp_path, monkeypatch):
    monkeypatch.setattr(snapshot, "_PACKAGE", tmp_path / "gallery" / "none")
    check_gallery(current)
    assert len(looks) == 1


def test_what_counts_as_stale_with_strict_alone_is_remembered_apart(current, looks):
    record(current, {"numpy": "0"})
    for _ in range(2):
        assert [*check_gallery(current, strict=True).stale] == ["a"]
        found = check_gallery(current)
        assert (found.stale, len(found.notes)) == ({}, 1)
    assert len(looks) == 3


def test_what_has_just_changed_is_looked_at_again(current, looks, monkeypatch):
    monkeypatch.setattr(snapshot, "_COARSEST_CLOCK", 10**15)
    append(current / "gallery.toml", "\n")
    for _ in range(2):
        check_gallery(current)
    assert len(looks) == 2


def test_python_of_somebody_elses_is_a_reason_to_look(current, looks):
    edit(current / "gallery.toml", '"bowl"', '"own.py"')
    record(current)
    for _ in range(2):
        assert check_gallery(current).stale == {}
    assert len(looks) == 2


@pytest.mark.parametrize("name", [".cache", ".cache/current.json"])
def test_no_link_leads_elsewhere(name, current, looks, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (current / name).rename(elsewhere)
    (current / name).symlink_to(elsewhere)
    before = elsewhere.stat()
    assert check_gallery(current).stale == {}
    assert len(looks) == 1
    assert elsewhere.stat().st_mtime_ns == before.st_mtime_ns


def test_a_gallery_of_few_files_has_nothing_more_in_its_folder(current, monkeypatch):
    monkeypatch.setattr(snapshot, "FEWEST", 100)
    for path in (current / ".cache").iterdir():
        path.unlink()
    (current / ".cache").rmdir()
    assert check_gallery(current).stale == {}
    assert not (current / ".cache").exists()


def test_a_snapshot_that_is_broken_counts_as_none(current, looks):
    for text in (b"", b"[]", b'{"digest": 1}', b"\xff"):
        (current / ".cache" / "current.json").write_bytes(text)
        assert check_gallery(current).stale == {}
    assert len(looks) == 4
