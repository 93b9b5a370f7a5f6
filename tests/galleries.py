"""A small gallery of two items, and what a build does to it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from trajviz.gallery.build import build
from trajviz.gallery.executor import JobExecutor
from trajviz.gallery.plan import plan_gallery

SMALL = """
title = "Small"

[defaults]
size = [160, 120]
seconds = 0.2
hold = 0
steps = 5

[[animation]]
name = "a"
surface = "own.py"
theme = "own.toml"
paths = ["own.csv"]
optimizers = ["sgd:lr=0.1,decay=cosine", "conjugate-gradient"]
outputs = ["a.gif", "a.png"]

[[animation]]
name = "b"
surface = "x**2 + y**2"
outputs = ["sub/b.gif"]
"""
OWN = """
from trajviz import Surface


def formula(x, y):
    return x**2 + 3 * y**2


surface = Surface(formula, (-3, 3, -3, 3), (2, 2))
"""
OWN_CSV = "optimizer,step,x,y\nmine,0,1,1\nmine,1,0,0\n"
THEMES = Path(__file__).parents[1] / "trajviz" / "scene" / "themes"


def write(folder, text=SMALL):
    """Write a gallery's files, its items not yet made, and return its folder."""
    folder.mkdir()
    (folder / "gallery.toml").write_text(text)
    (folder / "own.py").write_text(OWN)
    (folder / "own.csv").write_text(OWN_CSV)
    (folder / "own.toml").write_bytes((THEMES / "dark.toml").read_bytes())
    return folder


def everything(folder):
    """Return the bytes of each file under a folder, by its path there."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def files(folder):
    """Return the paths of all files under a folder."""
    return set(everything(folder))


def stale(folder, **options):
    """Return what is stale, and why."""
    return plan_gallery(folder, **options).stale


@contextmanager
def threads():
    """Run jobs in a thread: any executor will do."""
    with ThreadPoolExecutor(1) as pool:
        yield JobExecutor(executor=pool, capacity=1)


class Noted:
    """An observer that keeps what it is told."""

    def __init__(self):
        self.reasons, self.sizes, self.errors, self.running = {}, {}, {}, []
        self.obstacles = []

    def progressed(self, progress):
        self.running.append([*progress])

    def made(self, planned, size, seconds):
        assert seconds >= 0
        self.reasons[planned.item.name] = planned.reasons
        self.sizes[planned.item.name] = size

    def failed(self, planned, message):
        self.errors[planned.item.name] = message

    def hindered(self, message):
        self.obstacles.append(message)


def make(folder, **options):
    """Build a gallery here in a thread, and return what the build has told."""
    noted = Noted()
    build(plan_gallery(folder, **options), threads(), noted)
    return noted


def append(path, text):
    """Add a text to a file."""
    path.write_bytes(path.read_bytes() + text.encode())


def edit(path, old, new):
    """Replace a text in a file, which must be there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
