"""gallery.lock: it keeps what was made from what, and says what has changed since."""

import itertools
import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from trajviz.errors import TrajvizError
from trajviz.gallery.lock import Lock, LockEntry, digest, other_versions, why_stale

ENTRY = LockEntry(
    title="Title",
    sources={"recipe": "1", "surface": "2"},
    outputs={"a.gif": digest(b"gif")},
    versions={"numpy": "2.0", "python": "3.11"},
)
TABLE = asdict(ENTRY)


def recorded(folder, *names, page=None):
    """Return a lock into whose file these items are written."""
    lock = Lock(folder)
    with lock.recording():
        for name in names:
            lock.record(name, ENTRY)
        if page:
            lock.record_page(page)
    return lock


def test_what_is_recorded_is_read_again(tmp_path):
    lock = recorded(tmp_path, "b", "ä", page=ENTRY)
    again = Lock(tmp_path)
    assert again.items == {"b": ENTRY, "ä": ENTRY}
    assert again.page == ENTRY
    assert '"ä"' in lock.path.read_text("utf-8")  # a difference of two files can be read


def test_a_folder_without_the_file_has_an_empty_lock_and_gets_no_file(tmp_path):
    lock = Lock(tmp_path)
    assert (lock.items, lock.page) == ({}, None)
    with lock.recording():
        lock.keep_only(["a"])
    assert [*tmp_path.iterdir()] == []


def test_a_change_of_one_item_is_a_change_of_few_lines(tmp_path):
    lock = recorded(tmp_path, "c", "a")
    before = lock.path.read_text("utf-8").splitlines()
    recorded(tmp_path, "b")
    after = lock.path.read_text("utf-8").splitlines()
    at = after.index('  "b": {')
    assert after[:at] + after[at + len(after) - len(before) :] == before
    assert after[-1] == "}"
    assert lock.path.read_bytes().endswith(b"}\n")


def test_only_the_items_that_are_named_are_kept(tmp_path):
    lock = recorded(tmp_path, *"abc", page=ENTRY)
    with lock.recording():
        lock.keep_only(["c", "a", "x"])
    again = Lock(tmp_path)
    assert (set(again.items), again.page) == ({"a", "c"}, ENTRY)


def test_what_changes_nothing_is_not_written(tmp_path):
    lock = recorded(tmp_path, "a", page=ENTRY)
    lock.path.unlink()
    with lock.recording():
        lock.record_page(LockEntry(**TABLE))
        lock.keep_only(["a", "b"])
    assert [*tmp_path.iterdir()] == []


# The journal, which holds until the end what has been recorded

JOURNAL = "gallery.lock.journal"


@pytest.fixture
def killed(tmp_path):
    """A folder as a build leaves it that is killed: two items in the file, two in the journal."""
    recorded(tmp_path, "a", "b")
    lock = Lock(tmp_path)
    recording = lock.recording()
    recording.__enter__()
    lock.record("c", ENTRY)
    lock.record("b", OTHER)
    yield tmp_path
    recording.__exit__(None, None, None)


OTHER = LockEntry(**{**TABLE, "title": "Other"})


def test_what_is_recorded_counts_at_once_and_the_file_is_written_at_the_end(tmp_path):
    recorded(tmp_path, "a")
    before = (tmp_path / "gallery.lock").read_bytes()
    lock = Lock(tmp_path)
    with lock.recording():
        lock.record("b", ENTRY)
        assert Lock(tmp_path).items == {"a": ENTRY, "b": ENTRY}
        assert (tmp_path / "gallery.lock").read_bytes() == before
    assert not lock.unwritten
    assert {path.name for path in tmp_path.iterdir()} == {"gallery.lock"}
    once = (tmp_path / "gallery.lock").read_bytes()
    (tmp_path / "gallery.lock").unlink()
    recorded(tmp_path, "b", "a")
    assert (tmp_path / "gallery.lock").read_bytes() == once


def test_each_item_adds_one_line_of_its_own_length_however_many_there_are(tmp_path):
    lock = Lock(tmp_path)
    with lock.recording():
        sizes = []
        for number in range(100, 200):
            lock.record(f"{number}", ENTRY)
            sizes.append((tmp_path / JOURNAL).stat().st_size)
        assert len({after - before for before, after in itertools.pairwise(sizes)}) == 1
        assert not lock.path.exists()


def test_an_error_in_between_loses_nothing(tmp_path):
    def interrupted():
        with lock.recording():
            lock.record("a", ENTRY)
            raise KeyboardInterrupt

    lock = Lock(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert {path.name for path in tmp_path.iterdir()} == {"gallery.lock"}
    assert Lock(tmp_path).items == {"a": ENTRY}


def test_what_a_killed_build_has_recorded_counts_and_the_next_one_writes_it(killed):
    lock = Lock(killed)
    assert lock.items == {"a": ENTRY, "b": OTHER, "c": ENTRY}
    assert lock.unwritten
    with lock.recording():
        assert not (killed / JOURNAL).exists()
        assert not lock.unwritten
    assert Lock(killed).items == {"a": ENTRY, "b": OTHER, "c": ENTRY}


def test_a_line_that_is_torn_counts_as_not_written_wherever_it_is_torn(killed):
    data = (killed / JOURNAL).read_bytes()
    ends = [at + 1 for at, byte in enumerate(data) if byte == ord("\n")]
    for cut in range(len(data) + 1):
        (killed / JOURNAL).write_bytes(data[:cut])
        lines = sum(end <= cut for end in ends)
        expected = {"a": ENTRY, "b": ENTRY}, {"a": ENTRY, "b": ENTRY, "c": ENTRY}
        assert Lock(killed).items == (*expected[:1], *expected, {**expected[1], "b": OTHER})[lines]


@pytest.mark.parametrize("line", [b"\0\0\0", b"{", b'{"d": 3}', b"3", b'{"d": {}}', b"\xff"])
def test_after_a_line_that_is_none_nothing_counts(line, killed):
    lines = (killed / JOURNAL).read_bytes().splitlines(keepends=True)
    (killed / JOURNAL).write_bytes(b"".join([*lines[:2], line + b"\n", *lines[2:]]))
    assert Lock(killed).items == {"a": ENTRY, "b": ENTRY, "c": ENTRY}


@pytest.mark.parametrize("how", ["changed", "gone"])
def test_a_journal_of_another_file_does_not_count_and_is_removed(how, killed):
    path = killed / "gallery.lock"
    if how == "changed":
        path.write_text(path.read_text().replace("Title", "Name"))
    else:
        path.unlink()
    lock = Lock(killed)
    assert "c" not in lock.items
    assert not lock.unwritten
    with lock.recording():
        pass
    assert not (killed / JOURNAL).exists()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_in_place_of_the_journal_is_not_followed(tmp_path):
    (tmp_path / "mine").write_text("mine")
    (tmp_path / JOURNAL).symlink_to(tmp_path / "mine")
    recorded(tmp_path, "a")
    assert (tmp_path / "mine").read_text() == "mine"
    assert Lock(tmp_path).items == {"a": ENTRY}
    assert not (tmp_path / JOURNAL).is_symlink()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write to")
def test_on_a_full_disk_the_journal_is_named(tmp_path, monkeypatch):
    opened = Path.open
    full = Path("/dev/full")
    lock = Lock(tmp_path)
    with lock.recording(), monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda *_, **__: opened(full, "wb", buffering=0))
        with pytest.raises(OSError, match="No space left") as caught:
            lock.record("a", ENTRY)
    assert caught.value.filename == str(tmp_path / JOURNAL)


# What is no lock

BROKEN = ["", "{", "[]", "3", '{"items": 3}', "{}", "<<<<<<< HEAD", "\xff", "[" * 100_000]
WRONG = [
    *({key: TABLE[key] for key in TABLE if key != missing} for missing in TABLE),
    *({**TABLE, key: value} for key in TABLE for value in (3, None, ["a"])),
    *({**TABLE, key: {"a": 3}} for key in TABLE),
    *({**TABLE, key: "text"} for key in TABLE if key != "title"),
    3,
    None,
]


def refused(folder, text):
    (folder / "gallery.lock").write_bytes(text.encode("latin-1"))
    with pytest.raises(TrajvizError, match=r"gallery\.lock is broken: delete it, and build"):
        Lock(folder)
    assert (folder / "gallery.lock").read_bytes() == text.encode("latin-1")


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:20])
def test_what_is_no_lock_is_refused(text, tmp_path):
    refused(tmp_path, text)


@pytest.mark.parametrize("entry", WRONG, ids=str)
def test_an_entry_is_read_only_if_every_value_is_of_its_kind(entry, tmp_path):
    refused(tmp_path, json.dumps({"items": {"a": TABLE, "b": entry}}))
    refused(tmp_path, json.dumps({"items": {}, "page": entry}))


def test_a_key_that_a_later_version_adds_is_no_mistake(tmp_path):
    text = json.dumps({"items": {"a": {**TABLE, "later": 3}}, "later": 4})
    (tmp_path / "gallery.lock").write_text(text)
    assert Lock(tmp_path).items == {"a": ENTRY}


# Why something is stale

REASONS = {
    "nothing": (ENTRY.sources, ["a.gif"], []),
    "a source": ({"recipe": "1", "surface": "3"}, ["a.gif"], ["surface changed"]),
    "two sources": (
        {"recipe": "2", "surface": "3"}, ["a.gif"], ["recipe changed", "surface changed"],
    ),
    "another source": ({**ENTRY.sources, "theme": "1"}, ["a.gif"], ["recipe changed"]),
    "one source less": ({"recipe": "1"}, ["a.gif"], ["recipe changed"]),
    "one more and one other": (
        {"recipe": "1", "surface": "3", "theme": "1"}, ["a.gif"], ["surface changed"],
    ),
    "a missing file": (ENTRY.sources, ["a.gif", "b.gif"], ["b.gif is missing"]),
    "an edited file": (ENTRY.sources, ["edited.gif"], ["edited.gif was edited"]),
    "a new file": (ENTRY.sources, ["new.gif"], ["new.gif is new"]),
    "a folder": (ENTRY.sources, ["folder"], ["folder is missing"]),
}  # fmt: skip


@pytest.mark.parametrize(("sources", "files", "reasons"), REASONS.values(), ids=REASONS)
def test_a_reason_says_what_has_changed(sources, files, reasons, tmp_path):
    for name in ("a.gif", "edited.gif", "new.gif"):
        (tmp_path / name).write_bytes(b"gif")
    (tmp_path / "folder").mkdir()
    outputs = {"a.gif": digest(b"gif"), "edited.gif": digest(b"before"), "b.gif": digest(b"gif")}
    entry = LockEntry(**{**TABLE, "outputs": outputs})
    assert why_stale(entry, sources, files, tmp_path) == reasons


def test_what_was_never_made_is_new(tmp_path):
    assert why_stale(None, ENTRY.sources, ["a.gif"], tmp_path) == ["new"]


def test_other_versions_are_those_that_made_it_and_an_unknown_one_is_empty():
    installed = {"numpy": "2.1", "python": "3.11", "pillow": "12"}
    assert other_versions(ENTRY, installed) == {"numpy": "2.0", "pillow": ""}
    assert other_versions(ENTRY, {"python": "3.11"}) == {}
