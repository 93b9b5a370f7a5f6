"""What is stale and why; what is worth knowing besides; and what is wrong with a request."""

import json
from pathlib import Path

import pytest
from galleries import OWN, append, edit, everything, make, stale
from programs import invoke

from trajviz.errors import TrajvizError
from trajviz.gallery import gallery
from trajviz.gallery.lock import Lock
from trajviz.gallery.plan import plan_gallery


def test_nothing_is_stale_after_a_build_even_somewhere_else(built, monkeypatch):
    assert stale(built) == {}
    monkeypatch.chdir(built.parent)
    assert stale("gallery") == {}
    assert stale(built.parent / "gallery" / ".." / "gallery") == {}


EDITS = {
    "recipe": (
        lambda g: edit(g / "gallery.toml", "steps = 5", "steps = 6"),
        {"a": ("recipe changed",), "b": ("recipe changed",)},
    ),
    "surface": (
        lambda g: edit(g / "own.py", "3 * y", "4 * y"),
        {"a": ("surface changed",)},
    ),
    "theme": (
        lambda g: append(g / "own.toml", "levels = 9\n"),
        {"a": ("theme own.toml changed",)},
    ),
    "paths": (
        lambda g: edit(g / "own.csv", "1,0,0", "1,0,0.5"),
        {"a": ("file own.csv changed",)},
    ),
    "missing": (
        lambda g: (g / "a.png").unlink(),
        {"a": ("a.png is missing",)},
    ),
    "edited": (
        lambda g: append(g / "sub" / "b.gif", "x"),
        {"b": ("sub/b.gif was edited",)},
    ),
    "new": (
        lambda g: append(
            g / "gallery.toml", '[[animation]]\nname = "c"\nsurface = "bowl"\noutputs = ["c.gif"]\n'
        ),
        {"c": ("new",)},
    ),
    "another output": (
        lambda g: edit(g / "gallery.toml", '"a.png"]', '"a.png", "a.webp"]'),
        {"a": ("a.webp is missing",), "page": ("what it says changed",)},
    ),
    "page edited": (
        lambda g: edit(g / "index.html", "Small", "Large"),
        {"page": ("index.html was edited",)},
    ),
    "page missing": (
        lambda g: (g / "README.md").unlink(),
        {"page": ("README.md is missing",)},
    ),
    "page's words": (
        lambda g: edit(g / "gallery.toml", 'name = "b"', 'name = "b"\ncaption = "New."'),
        {"page": ("what it says changed",)},
    ),
    "no lock": (
        lambda g: (g / "gallery.lock").unlink(),
        {"a": ("new",), "b": ("new",), "page": ("new",)},
    ),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("what", EDITS)
def test_what_changed_is_stale_and_says_why_and_a_build_mends_it_and_nothing_else(what, built):
    change, expected = EDITS[what]
    before = everything(built)
    change(built)
    found = stale(built)
    if what == "recipe":
        assert found.pop("page") == ("what it says changed",)  # the command is on it
    assert found == expected
    noted = make(built)
    found.pop("page", None)
    assert (noted.reasons, noted.errors) == (found, {})
    assert stale(built) == {}
    if what in ("missing", "edited", "page edited", "page missing", "no lock"):
        assert everything(built) == before


def test_a_changed_template_makes_the_page_stale_and_no_item(built, monkeypatch):
    read = Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: read(path) + b"#" * (path.name == "page.css")
    )
    assert stale(built) == {"page": ("its template changed",)}


def test_spelling_and_line_endings_make_nothing_stale(built):
    edit(built / "gallery.toml", '"conjugate-gradient"]', '{ name = "conjugate_gradient" }]')
    edit(built / "gallery.toml", "seconds = 0.2", "seconds = 0.20\nseed = 0")
    (built / "own.py").write_bytes(OWN.replace("\n", "\r\n").encode())
    assert {name for name in stale(built) if name != "page"} == set()


def test_only_what_is_named_is_looked_at_and_force_is_a_reason(built):
    (built / "a.gif").unlink()
    assert stale(built, only=["b"]) == {}
    assert stale(built, only=["b"], force=True) == {"b": ("forced",)}
    assert stale(built, force=True) == {"a": ("a.gif is missing",), "b": ("forced",)}


def test_check_says_what_is_stale_and_the_command_that_mends_it(built):
    assert invoke("gallery", "check", built).stdout == "everything is current\n"
    (built / "a.png").unlink()
    append(built / "sub" / "b.gif", "x")
    done = invoke("gallery", "check", built)
    assert done.returncode == 1
    assert done.stdout == "a: a.png is missing\nb: sub/b.gif was edited\n"
    assert done.stderr == f"To mend this: trajviz gallery build {built}\n"
    done = invoke("gallery", "check", cwd=built.parent)
    assert (done.returncode, done.stderr) == (1, "To mend this: trajviz gallery build\n")


def test_a_dry_run_says_what_would_be_made_and_makes_nothing(built):
    (built / "a.gif").unlink()
    before = everything(built)
    done = invoke("gallery", "build", built, "--dry-run")
    assert (done.returncode, done.stdout) == (0, "a: a.gif is missing\n")
    done = invoke("gallery", "build", built, "--dry-run", "--force")
    assert done.stdout == "a: a.gif is missing\nb: forced\n"
    assert everything(built) == before


MARKS = """
from pathlib import Path

Path(__file__).with_name("was run").touch()


def rule(gradient, w, lr=0.1):
    while True:
        yield w
        w = w - lr * gradient(w)
"""
RUNS = {
    "a text": 'optimizers = ["mine.py:rule"]',
    "a table": 'optimizers = [{ name = "mine.py:rule", lr = 0.2 }]',
    "a grid": '[[sweep]]\nsurface = "bowl"\noutputs = ["{name}.gif"]\n'
    'name = "s"\ngrid = { optimizers = [["mine.py:rule"]] }',
    "defaults": '[[animation]]\nname = "c"\nsurface = "bowl"\noutputs = ["c.gif"]\n',
}


@pytest.mark.parametrize("words", [["check"], ["build", "--dry-run"]], ids=["check", "dry run"])
@pytest.mark.parametrize("where", RUNS)
def test_what_only_looks_runs_no_python_unless_it_is_trusted(where, words, built):
    (built / "mine.py").write_text(MARKS)
    append(built / "gallery.toml", RUNS[where])
    if where == "defaults":
        edit(built / "gallery.toml", "steps = 5", 'steps = 5\noptimizers = ["mine.py:rule"]')
    done = invoke("gallery", *words, built)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.endswith("mine.py:rule' would be run: if you trust that, add --trust")
    assert not (built / "was run").exists()
    done = invoke("gallery", *words, built, "--trust")
    assert done.returncode == (1 if words == ["check"] else 0)
    assert (built / "was run").exists()


def test_neither_does_it_run_the_file_of_a_surface(built):
    edit(built / "own.py", "\n\ndef formula", "\n\nraise SystemExit\n\n\ndef formula")
    done = invoke("gallery", "check", built)
    assert (done.returncode, done.stdout) == (1, "a: surface changed\n")


def test_the_size_of_a_gallery_is_its_items_its_files_and_their_bytes(built):
    sizes = [len(data) for data in everything(built).values()]
    assert plan_gallery(built).size == (2, len(sizes), sum(sizes))


# Thousands of items


def sweep(folder, count):
    """Write a gallery of so many items."""
    folder.mkdir()
    (folder / "gallery.toml").write_text(
        '[[sweep]]\nname = "s"\nsurface = "bowl"\noutputs = ["{name}.gif"]\n'
        'optimizers = ["sgd:decay=cosine", "adam"]\ntheme = "dark"\nlanguage = "de"\n'
        f"grid = {{ seed = {list(range(count))} }}"
    )
    return folder


def counted(monkeypatch, owner, name):
    """Return a list to which every call of a function adds its arguments."""
    calls, function = [], getattr(owner, name)

    def call(*args, **options):
        calls.append(args)
        return function(*args, **options)

    monkeypatch.setattr(owner, name, call)
    return calls


def test_each_item_is_read_once_and_everything_else_as_often_as_for_one_item(tmp_path, monkeypatch):
    assert plan_gallery(sweep(tmp_path / "before", 1)).notes == []  # read once in a process
    read = counted(monkeypatch, gallery, "read_item")
    others = [
        counted(monkeypatch, Path, name) for name in ("read_bytes", "read_text", "open", "glob")
    ]
    found = []
    for count in (1, 30):
        plan = plan_gallery(sweep(tmp_path / f"{count}", count))
        assert len(plan.stale) == count + 1
        assert plan.notes == []
        assert len(read) == count
        found.append([len(calls) for calls in others])
        for calls in (read, *others):
            calls.clear()
    assert found[0] == found[1]


def test_of_many_items_only_those_are_read_again_that_are_made(tmp_path, monkeypatch):
    folder = sweep(tmp_path / "gallery", 30)
    plan = plan_gallery(folder, ["s-seed=3", "s-seed=20"])
    read = counted(monkeypatch, gallery, "read_item")
    assert [planned.item.name for planned in plan.items] == ["s-seed=3", "s-seed=20"]
    assert len(read) == 2


def test_what_takes_long_is_made_first(tmp_path):
    items = {
        "plain": 'surface = "bowl"',
        "turns": 'surface = "bowl"\nview = "relief"\norbit = 90',
        "rests": 'surface = "bowl"\nview = "relief"',
        "network": 'surface = "logistic-regression:d=5"',
    }
    (tmp_path / "gallery.toml").write_text(
        "\n".join(
            f'[[animation]]\nname = "{name}"\n{text}\noptimizers = ["sgd"]\n'
            'outputs = ["{name}.gif"]\n'
            for name, text in items.items()
        )
    )
    plan = plan_gallery(tmp_path)
    assert [planned.item.name for planned in plan.items] == ["turns", "network", "plain", "rests"]
    assert [*plan.stale][:-1] == [*items]


# Other versions, and items that are gone


def change_lock(folder, change):
    path = folder / "gallery.lock"
    data = json.loads(path.read_text("utf-8"))
    change(data["items"])
    path.write_text(json.dumps(data), "utf-8")


def older(items):
    for item in items.values():
        item["versions"]["numpy"] = "1.0"


def test_other_versions_are_a_note_and_stale_only_when_asked(built):
    change_lock(built, older)
    done = invoke("gallery", "check", built)
    assert (done.returncode, done.stdout) == (0, "everything is current\n")
    assert done.stderr.startswith("note: 2 items were made with numpy 1.0, here is ")
    assert done.stderr.endswith(" (stale only with --strict)\n")
    strict = invoke("gallery", "check", "--strict", built)
    assert strict.returncode == 1
    assert strict.stdout == "a: made with numpy 1.0\nb: made with numpy 1.0\n"
    assert strict.stderr.endswith(f"build {built} --strict\n")
    make(built, strict=True)
    assert stale(built, strict=True) == {}


def test_an_item_that_is_new_has_no_other_version(built):
    change_lock(built, lambda items: items.pop("a"))
    assert stale(built, strict=True) == {"a": ("new",), "page": ("what it says changed",)}


def test_a_version_that_is_not_known_is_another_one(built):
    change_lock(built, lambda items: items["a"]["versions"].pop("numpy"))
    assert stale(built, strict=True) == {"a": ("made with numpy ?",)}
    (note,) = plan_gallery(built).notes
    assert note.startswith("1 item was made with numpy ?, here is ")


def test_an_item_that_is_gone_is_told_and_forgotten(built):
    text = (built / "gallery.toml").read_text()
    (built / "gallery.toml").write_text(text.partition('[[animation]]\nname = "b"')[0])
    done = invoke("gallery", "build", built)
    assert done.stderr == "note: 'b' is no item any more; nothing needs its files: sub/b.gif\n"
    assert set(Lock(built).items) == {"a"}
    assert "sub/b.gif" not in (built / "index.html").read_text()
    assert invoke("gallery", "check", built).stderr == ""


def test_an_item_that_is_gone_counts_neither_as_one_of_another_version_nor_as_current(built):
    change_lock(built, lambda items: items.update(gone=items["b"]))
    change_lock(built, older)
    first, second = plan_gallery(built).notes
    assert first.startswith("2 items were made with numpy 1.0")
    assert second == "'gone' is no item any more; nothing needs its files: sub/b.gif"
    assert stale(built) == {}
    make(built)  # nothing else has to be done
    assert set(Lock(built).items) == {"a", "b"}


# What is wrong

WRONG = {
    '[[animation]]\nsurface = "beal"\noutputs = ["x.gif"]': "did you mean 'beale'?",
    '[[animation]]\nsurface = "no.py"\noutputs = ["x.gif"]': "no surface file",
    '[[animation]]\nsurface = "x**"\noutputs = ["x.gif"]': "x**",
    '[[animation]]\nsurface = "bowl"\ntheme = "lihgt"\noutputs = ["x.gif"]': "'light'",
    '[[animation]]\nsurface = "bowl"\npaths = ["no.csv"]\noutputs = ["x.gif"]': "no file of paths",
    '[[animation]]\nsurface = "bowl"\ncaptoin = "x"\noutputs = ["x.gif"]': "'caption'",
    "[[animation]": "line ",
}


@pytest.mark.first(8)
@pytest.mark.parametrize(("text", "says"), WRONG.items())
def test_a_wrong_request_is_one_line_before_anything_is_made(text, says, built):
    append(built / "gallery.toml", text)
    (built / "a.gif").unlink()
    for attempt in (stale, make):
        with pytest.raises(TrajvizError) as caught:
            attempt(built)
        assert says in str(caught.value)
        assert "\n" not in str(caught.value)
    assert not (built / "a.gif").exists()


@pytest.mark.parametrize("command", ["build", "check"])
def test_a_wrong_request_exits_with_2(command, built):
    append(built / "gallery.toml", "[[animation")
    done = invoke("gallery", command, built)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: {built}/gallery.toml, line ")


def test_a_broken_lock_is_told_and_not_overwritten(built):
    (built / "gallery.lock").write_text("<<<<<<< HEAD")
    for attempt in (stale, make):
        with pytest.raises(TrajvizError, match=r"gallery\.lock is broken"):
            attempt(built)
    assert (built / "gallery.lock").read_text() == "<<<<<<< HEAD"


def test_a_name_that_no_item_has_is_told_with_those_there_are(built):
    done = invoke("gallery", "build", built, "--only", "c")
    assert (done.returncode, done.stderr) == (2, "Error: unknown item 'c'. Known: a, b\n")


@pytest.mark.parametrize("count", [40, 41])
def test_of_many_names_only_those_are_told_that_are_near(count, tmp_path):
    (tmp_path / "gallery.toml").write_text(
        '[[sweep]]\nname = "rate"\nsurface = "bowl"\noutputs = ["{name}.gif"]\n'
        f"optimizers = ['sgd']\ngrid = {{ lr = {[n / 64 for n in range(1, count + 1)]} }}"
    )
    assert len(plan_gallery(tmp_path, ["rate-lr=0.5"]).names) == count
    with pytest.raises(TrajvizError, match=r"did you mean 'rate-lr=0\.5'") as caught:
        plan_gallery(tmp_path, ["rate-lr=0.55"])
    assert len(str(caught.value).partition("Known: ")[2].split(", ")) == (40 if count == 40 else 20)
