"""gallery.lock: it keeps what was made from what, and says what has changed since."""

import json
from dataclasses import asdict

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


def test_what_is_recorded_is_read_again(tmp_path):
    lock = Lock(tmp_path)
    lock.record("b", ENTRY)
    lock.record("ä", ENTRY)
    lock.record_page(ENTRY)
    again = Lock(tmp_path)
    assert again.items == {"b": ENTRY, "ä": ENTRY}
    assert again.page == ENTRY
    assert '"ä"' in lock.path.read_text("utf-8")  # a difference of two files can be read


def test_a_folder_without_the_file_has_an_empty_lock_and_gets_no_file(tmp_path):
    lock = Lock(tmp_path)
    assert (lock.items, lock.page) == ({}, None)
    lock.keep_only(["a"])
    assert not lock.path.exists()


def test_a_change_of_one_item_is_a_change_of_few_lines(tmp_path):
    lock = Lock(tmp_path)
    for name in "ca":
        lock.record(name, ENTRY)
    before = lock.path.read_text("utf-8").splitlines()
    lock.record("b", ENTRY)
    after = lock.path.read_text("utf-8").splitlines()
    at = after.index('  "b": {')
    assert after[:at] + after[at + len(after) - len(before) :] == before
    assert after[-1] == "}"
    assert lock.path.read_bytes().endswith(b"}\n")


def test_only_the_items_that_are_named_are_kept(tmp_path):
    lock = Lock(tmp_path)
    for name in "abc":
        lock.record(name, ENTRY)
    lock.record_page(ENTRY)
    lock.keep_only(["c", "a", "x"])
    again = Lock(tmp_path)
    assert (set(again.items), again.page) == ({"a", "c"}, ENTRY)


def test_what_changes_nothing_is_not_written(tmp_path):
    lock = Lock(tmp_path)
    lock.record("a", ENTRY)
    lock.record_page(ENTRY)
    lock.path.unlink()
    lock.record_page(LockEntry(**TABLE))
    lock.keep_only(["a", "b"])
    assert not lock.path.exists()


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
