"""Python to JavaScript: rules of a user's own, and what is refused, with file and line."""

import itertools

import numpy as np
import pytest
from nodejs import needs_node, runs

from trajviz import compare
from trajviz.files.live import live_program
from trajviz.files.live.translation import Library, translated
from trajviz.files.live.values import NUMBER, POINT, SURFACE, UntranslatableError
from trajviz.optimizers.rules import load_rule, rule_names

HEAD = """import itertools
import math
import numpy as np
from math import hypot as length

HALF = 0.5
TABLE = {}


def halved(number, by=HALF):
    return by * number


def both(a, b):
    return b, halved(a)


def same(w, d=2):
    return w * d


"""

RULES = {
    "reserved": """
def rule(gradient, w, lr=0.1, new=0.9):
    delete = 0.0
    while True:
        delete, old = new * delete + gradient(w), delete
        w = w - lr * (delete + 0.1 * old)
        yield w
""",
    "parts": """
def rule(gradient, w, lr=0.1):
    while True:
        gx, gy = gradient(w)
        x, y = w[0] - lr * gx, w[1] - lr / (1 + abs(gy)) * gy
        w = np.array([x, y])
        yield w
""",
    "helpers": """
def rule(gradient, w, lr=0.1):
    m = 0.0
    for t in range(3, 100000):
        m, half = both(gradient(w), m)
        w = w - halved(number=lr) * same(half) - lr * m / t
        yield w
""",
    "swap": """
def rule(gradient, w, lr=0.1):
    a, b = gradient(w), np.zeros_like(w)
    while True:
        w -= lr * (a + 0.1 * b)
        yield w
        a, b = gradient(w), a
""",
    "scalars": """
def rule(gradient, w, lr=0.1, power=1.5, every=3):
    t = 0
    while t < 1000000:
        t += 1
        g = gradient(w)
        if t % every == 0 and not t // every == 2 or t == 1:
            scale = max(0.25, min(1.0, 2.0 / t), 0.3)
        elif np.linalg.norm(g) > 3:
            scale = 1 / np.linalg.norm(g)
        else:
            scale = 0.5 if 1 < t < 7 else float(t) ** -1
            continue
        w = w - lr * scale * g
        yield w
""",
    "ends": """
def rule(gradient, w, lr=0.1):
    for t in itertools.count(2, 3):
        if t > 30:
            return
        w = w - lr * gradient(w) / t
        yield w
""",
    "truths": """
def rule(surface, w, lr=0.1):
    height = surface.value(w)
    with np.errstate(all="ignore"):
        while True:
            g = surface.gradient(w)
            steep = np.abs(g) > HALF
            if steep.all() or (~steep).any():
                g = np.where(steep, np.sign(g), g)
            d = -g if (g * g).sum() < 100 else g / -length(g[0], g[1])
            lower = surface.value(w + lr * d) < height
            w = w + (lr if lower else lr / 2) * d
            height = surface.value(w)
            yield w + 0.0
""",
    "curved": """
def rule(surface, w, lr=0.1):
    while True:
        g, h = surface.gradient(w), surface.hessian(w)
        size = np.maximum(np.abs(h[..., 0, 0]), np.abs(h[1, 1]))[..., None]
        w = w - lr * g / np.clip(size, 1.0, math.inf) * np.full_like(g, 0.75)
        yield w
""",
    "chains": """
def rule(gradient, w, lr=0.1, n=4):
    a = b = 1
    u = v = 0.0
    while True:
        a = b = a + b / 2
        u = v = 0.5 * (u + gradient(w)) - 0.1 * v
        a = a - 2 if a > 3 else a
        last = int(n)
        for k in range(last):
            last = last - 1
            u = u * 0.99 + k * 1e-3
        w = w - lr * (u + v) / (a + b)
        yield w
""",
    "mixed": """
def rule(gradient, w, lr=0.1):
    mean = 0.0
    while True:
        g = gradient(w)
        mean = 0.9 * mean + 0.1 * np.mean(g) + 0.0 * (g @ g) + np.dot(g, w) * 0
        w = w - lr * (g + 0.001 * mean * np.max(w, axis=-1, keepdims=True) - g.min() * 1e-3)
        yield w
""",
}

REFUSED = {
    "print(w)": "print(w)",
    "w = np.random.normal(size=2)": "np.random.normal(size=2)",
    "w[0] = 1.0": "w[0]",
    "import math": "import math",
    "history = [w]": "[w]",
    "w = w - lr * gradient(w, 2)": "gradient(w, 2)",
    "w = w if lr > 1 else gradient(w)": "gradient(w)",
    "while lr > 1: yield w\n        else: w = w": "while lr > 1:",
    "for k in (1, 2): w = w * k": "(1, 2)",
    "w = sorted(w)": "sorted(w)",
    "w = w[::-1]": "w[::-1]",
    "lr = lr + (w > 0)": "lr + (w > 0)",
    "w = np.sum(w, axis=None) * w": "np.sum(w, axis=None)",
    "try: w = w\n        finally: pass": "try:",
    "x = y = lambda: 1": "lambda: 1",
    "w = np.fft.fft(w)": "np.fft.fft(w)",
    "t = 1\n        t = w > 0": "t = w > 0",
    "w = recursive(w)": "recursive(w)",
    "old = w\n        w -= lr": "def rule",
    "yield": "yield",
    "lr = math.log(2, 10)": "math.log(2, 10)",
    "w = np.clip(w, 1)": "np.clip(w, 1)",
    "w = np.array([1.5, 2.5], int)": "np.array([1.5, 2.5], int)",
    "w = np.sum(w, -1) * w": "np.sum(w, -1)",
    "w = TABLE(w)": "TABLE(w)",
    "u = v = gradient(w)\n        u += 1": "def rule",
}


def written(folder, source, name="mine.py"):
    path = folder / name
    path.write_text(HEAD + source)
    return path


@needs_node
def test_rules_of_a_users_own_are_run_with_the_same_bits(tmp_path):
    paths = [written(tmp_path, source, f"{name}.py") for name, source in RULES.items()]
    tracks = [f"{path}:rule:lr=0.05,label={path.stem}" for path in paths]
    ours = compare("rosenbrock", tracks, steps=60)
    program = live_program(ours, rules=[])
    assert program.reasons == {}
    (found,) = runs([program])
    for one, (points, _, _) in zip(ours.trajectories, found, strict=True):
        assert points.tolist() == one.points.tolist(), one


@pytest.mark.parametrize("statement", REFUSED)
def test_what_is_not_translated_is_refused_with_its_line(statement, tmp_path):
    source = f"""
def recursive(w):
    return recursive(w)


def rule(gradient, w, lr=0.1):
    while True:
        {statement}
        yield w - lr * gradient(w)
"""
    path = written(tmp_path, source)
    place = {}
    exec(compile(path.read_text(), path, "exec"), place)  # of this file's own words
    with pytest.raises(UntranslatableError) as caught:
        translated(place["rule"], [SURFACE, POINT, NUMBER], Library())
    text, line = str(caught.value), path.read_text().splitlines()
    number = int(text.partition(", line ")[2].partition(":")[0])
    assert text.startswith(f"{path}, line ")
    assert REFUSED[statement] in text
    assert REFUSED[statement] in line[number - 1]


def test_what_a_rule_cannot_do_leaves_its_track_recorded_and_the_others_live(tmp_path):
    path = written(
        tmp_path, "def rule(gradient, w, lr=0.1):\n    while True:\n        yield w[:]\n"
    )
    ours = compare("bowl", [f"{path}:rule:label=mine", "sgd:lr=0.1"], steps=3)
    program = live_program(ours, rules=[])
    line = len(path.read_text().splitlines())
    assert program.reasons == {"mine": f"{path}, line {line}: 'w[:]' is not translated"}


COPIES = """
def rule(gradient, w, lr=0.1):
    while True:
        w = w - lr * gradient(w)
        last = w
        yield w
        w = w + 0.1 * (w - last)
"""
OWN_RATE = """
def rule(gradient, w, lr=0.1):
    while True:
        lr = 0.99 * lr
        w = w - lr * gradient(w)
        yield w
"""
RATES = """
def rule(gradient, w, lr=0.1):
    full = lr
    while True:
        w = w - full * gradient(w)
        yield w
"""


@pytest.mark.parametrize(
    ("source", "key"),
    [
        (COPIES, "bounds=-20/20/-5/5"),
        (RATES, "decay=step"),
        (OWN_RATE, "decay=step"),
    ],
)
def test_a_second_name_for_what_changes_in_place_leaves_a_track_recorded(source, key, tmp_path):
    path = written(tmp_path, source)
    ours = compare("bowl", [f"{path}:rule:{key},label=mine", f"{path}:rule:label=free"], steps=3)
    assert [*live_program(ours, rules=[]).reasons] == ["mine"]


def test_a_rule_without_source_is_recorded():
    place = {"np": np}
    text = "def rule(gradient, w, lr):\n    while True:\n        yield w"
    exec(compile(text, "nowhere", "exec"), place)
    with pytest.raises(UntranslatableError, match="its source cannot be read"):
        translated(place["rule"], [SURFACE, POINT, NUMBER], Library())


def test_all_rules_of_ours_are_translated():
    for name in rule_names():
        rule = load_rule(name)
        kinds = [SURFACE, POINT, *itertools.repeat(NUMBER, len(rule.defaults))]
        assert "yield;" in translated(rule.rule, kinds, Library()).body
