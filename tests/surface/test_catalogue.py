"""Surfaces by name and by file, and what a definition file may get wrong."""

import sys
from pathlib import Path

import numpy as np
import pytest

from trajviz.errors import TrajvizError, unknown
from trajviz.surface.catalogue import folder, load_surface, problem_names, surface_names

GOOD = '''\
from trajviz import Surface


def two_hills(x, y):
    """Two hills.

    And more.
    """
    return x * x - y


surface = Surface(two_hills, window=(-1, 1, -2, 2), start=(0.5, 1))
'''


@pytest.fixture
def write(tmp_path):
    def write_file(text, name="two_hills.py"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write_file


def defined(arguments, formula="plane"):
    return (
        "from trajviz import Surface\n\n\ndef plane(x, y):\n    return x + y\n\n\n"
        f"surface = Surface({formula}, {arguments})\n"
    )


def test_the_names_are_sorted_and_hyphenated():
    names = surface_names()
    assert names == sorted(names)
    assert "long-valley" in names
    assert not any("_" in name for name in names)


def test_every_file_of_the_catalogue_is_named():
    files = {path.stem for path in folder().iterdir() if path.suffix == ".py"}
    names = [*surface_names(), *problem_names()]
    assert len(names) == len(files)
    assert {name.replace("-", "_") for name in names} == files


@pytest.mark.parametrize("name", surface_names())
def test_a_surface_is_found_by_its_name_in_either_spelling_and_knows_it(name):
    for spelling in (name, name.replace("-", "_")):
        surface = load_surface(spelling)
        assert surface.name == name
        assert surface.title


@pytest.mark.parametrize("name", surface_names())
def test_a_built_in_file_goes_through_the_same_door_by_its_path(name):
    path = folder() / f"{name.replace('-', '_')}.py"
    by_path, by_name = load_surface(path), load_surface(name)
    assert (by_path.name, by_path.title, by_path.window) == (name, by_name.title, by_name.window)


def test_a_definition_file_is_found_by_path_string_or_relative_path(write, monkeypatch):
    path = write(GOOD)
    monkeypatch.chdir(path.parent)
    for way in (path, str(path), "two_hills.py", "./two_hills.py", Path("two_hills.py")):
        surface = load_surface(way)
        assert surface.value(np.array([3.0, 2.0])) == 7
        assert surface.gradient(np.array([3.0, 2.0])).tolist() == [6.0, -1.0]


def test_a_path_may_begin_at_home(write, monkeypatch):
    path = write(GOOD)
    monkeypatch.setenv("HOME", str(path.parent))
    assert load_surface("~/two_hills.py").name == "two-hills"


def test_a_file_without_name_and_title_gets_them_from_its_own_name(write):
    surface = load_surface(write(GOOD))
    assert (surface.name, surface.title) == ("two-hills", "Two hills")
    assert surface.summary == "Two hills."


def test_a_file_may_state_its_name_and_title(write):
    text = defined('window=(0, 1, 0, 1), start=(0, 0), name="flat", title="The Plane"')
    surface = load_surface(write(text))
    assert (surface.name, surface.title) == ("flat", "The Plane")


def test_two_files_of_one_name_do_not_mix(write, tmp_path):
    (tmp_path / "other").mkdir()
    first = write(GOOD)
    second = write(defined("window=(0, 1, 0, 1), start=(0, 0)"), "other/two_hills.py")
    surfaces = [load_surface(path) for path in (first, second, first)]
    heights = [float(surface.value(np.array([1.0, 0.5]))) for surface in surfaces]
    assert heights == [0.5, 1.5, 0.5]


def test_a_changed_file_is_read_again(write):
    path = write(GOOD)
    load_surface(path)
    write(GOOD.replace("x * x - y", "x * x - y + 1"))
    assert load_surface(path).value(np.zeros(2)) == 1


@pytest.mark.parametrize(
    ("given", "guess"),
    [
        ("beal", "beale"),
        ("Beale", "beale"),
        ("rosenbrok", "rosenbrock"),
        ("long_vally", "long-valley"),
        ("LONG_VALLEY", "long-valley"),
        ("himelblau", "himmelblau"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_one_and_all(given, guess):
    with pytest.raises(
        TrajvizError, match=f"unknown surface '{given}', did you mean '{guess}'"
    ) as e:
        load_surface(given)
    assert all(name in str(e.value) for name in surface_names())


@pytest.mark.parametrize("given", ["", "zzzz", "_", "__init__", "../surfaces/"])
def test_a_name_like_none_is_refused_without_a_guess(given):
    with pytest.raises(TrajvizError) as refusal:
        load_surface(given)
    names = ", ".join(sorted([*surface_names(), *problem_names()]))
    assert str(refusal.value) == f"unknown surface {given!r}. Known: {names}"


def test_the_guess_is_drawn_from_sorted_names_whatever_their_order():
    assert str(unknown("theme", "drak", iter(["light", "dark"]))) == (
        "unknown theme 'drak', did you mean 'dark'? Known: dark, light"
    )


# Formulas


def test_a_formula_is_a_surface_called_like_itself():
    surface = load_surface(" x**2 +\n20*y**2 ")
    assert surface.name == surface.title == "x**2 + 20*y**2"
    assert surface.value(np.array([2.0, 1.0])) == 24
    assert surface.gradient(np.array([2.0, 1.0])).tolist() == [4, 40]
    assert surface.minima == ()
    assert surface.window == (-5, 5, -5, 5)
    assert surface.note.startswith("window -5,5,-5,5 and start ")


def test_a_formula_is_looked_at_where_it_is_asked_for():
    assert load_surface("x - y", start=(1, 2)).start == (1, 2)
    assert load_surface("x - y", window=(0, 1, 0, 2)).window == (0, 1, 0, 2)
    assert load_surface("beale", start=(0, 0), window=(0, 1, 0, 2)).window == (-4.5, 4.5, -4.5, 4.5)


@pytest.mark.parametrize("text", ["x^2", "2x", "9**9**9*x", "sqr(x)", "x²"])
def test_a_wrong_formula_is_refused_as_a_formula(text):
    with pytest.raises(TrajvizError, match="formula '"):
        load_surface(text)


@pytest.mark.parametrize("given", ["beal", "beal:k=3"])
def test_an_unknown_name_with_parameters_is_an_unknown_name(given):
    with pytest.raises(TrajvizError, match="unknown surface 'beal', did you mean 'beale'"):
        load_surface(given)


# Files


@pytest.mark.parametrize("name", ["missing.py", "folder.py", "missing.py:k=3"])
def test_a_missing_file_and_a_folder_are_no_surface_file(tmp_path, name):
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(TrajvizError, match="no surface file") as refusal:
        load_surface(tmp_path / name)
    assert str(tmp_path / name) in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x = 1\n", "surface = 3\n", "def surface(x, y): ...\n", "surface = len\n"),
        *("def surface(k=None): ...\n", "def surface(k=True): ...\n", "surface = lambda k: 1\n"),
        *("def surface(*k): ...\n", "def surface(k='3'): ...\n", "class surface: ...\n"),
    ],
)
def test_a_file_that_defines_no_surface_is_told_so(write, text):
    path = write(text)
    with pytest.raises(TrajvizError, match=r"defines no `surface = Surface\(\.\.\.\)`") as refusal:
        load_surface(path)
    assert str(refusal.value).startswith(str(path))


PARAMETERS = '''\
from trajviz import Surface, TrajvizError


def surface(k=3, size=2.0):
    if not k > 0:
        raise TrajvizError(f"k={k:g} must be above 0")

    def bowl(x, y):
        """A bowl."""
        return k * (x - size) ** 2 + y * y

    edge = 2 / (k - 4)
    return Surface(bowl, (-9, 9, -9, 9), (size, edge), minima=[(size, 0)])
'''


def test_a_file_may_take_parameters(write):
    path = write(PARAMETERS)
    plain, other = load_surface(path), load_surface(f"{path}:k=2,size=-1")
    assert dict(plain.parameters) == {"k": 3, "size": 2}
    assert (plain.name, plain.title) == ("two-hills", "Two hills")
    assert dict(other.parameters) == {"k": 2, "size": -1}
    assert (other.name, other.title) == ("two-hills:k=2,size=-1", "Two hills, k = 2, size = -1")
    assert (plain.minima, other.minima) == (((2, 0),), ((-1, 0),))
    assert (plain.value(np.array([0, 1])), other.value(np.array([0, 1]))) == (13, 3)


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (":k=0", "two_hills.py:k=0': k=0 must be above 0"),
        (":k=3.9", "two_hills.py:k=3.9': start (2.0, -"),
        (":k=4", "two_hills.py, line 12: ZeroDivisionError: "),
        (":m=1", "unknown parameter of two-hills 'm'. Known: k, size"),
        (":siz=1", "unknown parameter of two-hills 'siz', did you mean 'size'?"),
        (":k=inf", "k 'inf' in '"),
        (":", "parameter '' in '"),
    ],
)
def test_parameters_that_a_file_cannot_take_are_refused(write, rest, message):
    with pytest.raises(TrajvizError) as refusal:
        load_surface(f"{write(PARAMETERS)}{rest}")
    assert message in str(refusal.value)


def test_a_path_may_have_a_colon_in_it(write, tmp_path):
    (tmp_path / "a.py:b").mkdir()
    path = write(GOOD, "a.py:b/two_hills.py")
    assert load_surface(path).name == "two-hills"
    assert load_surface(write(PARAMETERS, "a.py:b/hole.py")).name == "hole"
    assert load_surface(f"{tmp_path}/a.py:b/hole.py:k=1").name == "hole:k=1"


def test_a_function_that_returns_no_surface_is_told_so(write):
    path = write("def surface(k=3):\n    return k\n")
    with pytest.raises(TrajvizError, match=r"the function `surface` returns no Surface, but 3\.0"):
        load_surface(path)


def test_an_error_of_ours_without_parameters_is_told_with_its_line(write):
    path = write(PARAMETERS.replace("k=3", "k=-1"))
    with pytest.raises(TrajvizError, match=r"two_hills\.py, line 6: TrajvizError: k=-1 must be"):
        load_surface(path)


HINTS = {
    "x if x > 0 else y": "use numpy's maximum, minimum or abs",
    "x * x if x and y else y": "use numpy's maximum, minimum or abs",
    "max(x, y)": "use numpy's maximum, minimum or abs",
    "math.sin(x) + y": "use numpy's (np.sin)",
    "float(x) + y": "use numpy's (np.sin)",
    "np.i0(x) + y": "cannot differentiate 'i0'",
}


@pytest.mark.parametrize("formula", HINTS)
def test_a_formula_that_takes_no_arrays_is_told_what_does(write, formula):
    path = write(
        f"import math\n\nimport numpy as np\n\nfrom trajviz import Surface\n\n\n"
        f"def f(x, y):\n    return {formula}\n\n\n"
        "surface = Surface(f, window=(0, 1, 0, 1), start=(0.5, 0.5))\n"
    )
    with pytest.raises(TrajvizError) as refusal:
        load_surface(path)
    assert str(refusal.value).startswith(f"{path}, line 9: ")
    assert HINTS[formula] in str(refusal.value)


FAILURES = [
    ("x = 1\n\ndef f(:\n", 3, "SyntaxError: invalid syntax"),
    ("if True:\nx = 1\n", 2, "IndentationError: expected an indented block"),
    ("\n\nraise RuntimeError('on purpose')\n", 3, "RuntimeError: on purpose"),
    ("x = 1\ny = x / 0\n", 2, "ZeroDivisionError: division by zero"),
    ("import no_such_module\n", 1, "ModuleNotFoundError: No module named 'no_such_module'"),
    ("\nprint(undefined)\n", 2, "NameError: name 'undefined' is not defined"),
    ("def f():\n    return [][0]\n\n\nf()\n", 2, "IndexError: list index out of range"),
    ("import json\n\njson.loads('{')\n", 3, "JSONDecodeError"),
]


@pytest.mark.parametrize(("text", "line", "cause"), FAILURES)
def test_a_file_that_fails_is_named_with_the_line_and_the_cause(write, text, line, cause):
    path = write(text)
    with pytest.raises(TrajvizError) as refusal:
        load_surface(path)
    assert str(refusal.value).startswith(f"{path}, line {line}: {cause}")
    assert refusal.value.__cause__ is not None


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        FAILURES[0],
        pytest.param(
            *FAILURES[3],
        ),
    ],
)
def test_a_file_given_by_relative_path_is_named_with_the_line_too(
    write, monkeypatch, text, line, cause
):
    path = write(text)
    monkeypatch.chdir(path.parent)
    with pytest.raises(TrajvizError) as refusal:
        load_surface(path.name)
    assert str(refusal.value).startswith(f"{path.name}, line {line}: {cause}")


def test_a_file_that_is_not_text_is_named_without_a_line(tmp_path):
    path = tmp_path / "binary.py"
    path.write_bytes(b"x = 1\n\0\n")
    with pytest.raises(TrajvizError) as refusal:
        load_surface(path)
    assert str(refusal.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("window=(1, 1, 0, 1), start=(1, 0)", "window '1,1,0,1' is empty: X0 < X1"),
        ("window=(0, 1, 2, 1), start=(0, 1)", "window '0,1,2,1' is empty"),
        ("window=(0, float('nan'), 0, 1), start=(0, 0)", "window '0,nan,0,1' is not four finite"),
        ("window=(0, 1, 0), start=(0, 0)", "window '0,1,0' is not four finite numbers"),
        ("window=(0, 1, 0, 'a'), start=(0, 0)", "could not convert string to float: 'a'"),
        ("window=(0, 1, 0, 1), start=(0, 2)", r"start (0.0, 2.0) is outside the window"),
        ("window=(0, 1, 0, 1), start=(0,)", "start '0' is not two finite numbers"),
        ("window=(0, 1, 0, 1), start=(0, 0), minima=[(0, 1, 2)]", "minimum '0,1,2' is not two"),
        ("window=(0, 1, 0, 1)", "missing 1 required positional argument: 'start'"),
        ("window=(0, 1, 0, 1), start=(0, 0), color='red'", "unexpected keyword argument 'color'"),
    ],
)
def test_a_bad_definition_is_refused_with_file_line_and_cause(write, arguments, message):
    path = write(defined(arguments))
    with pytest.raises(TrajvizError) as refusal:
        load_surface(path)
    assert str(refusal.value).startswith(f"{path}, line 8: ")
    assert message in str(refusal.value)


OVER_DATA = """\
from trajviz import Surface


def spread(x, y{rows}):
    return (x - y) ** 2


def share(w):
    return 0.5


surface = Surface(
    spread, window=(0, 1, 0, 1), start=(0, 1), samples=3, accuracy={accuracy}
)
"""


@pytest.mark.parametrize(
    ("rows", "accuracy", "cause"),
    [
        ("", "None", "spread() got an unexpected keyword argument 'rows'"),
        (", rows=None", "share", "share() takes 1 positional argument but 2 were given"),
    ],
)
def test_a_surface_over_data_is_tried_on_a_batch_before_it_is_used(write, rows, accuracy, cause):
    path = write(OVER_DATA.format(rows=rows, accuracy=accuracy))
    with pytest.raises(TrajvizError) as refusal:
        load_surface(path)
    assert f"TypeError: {cause}" in str(refusal.value)
    assert load_surface(write(OVER_DATA.format(rows=", rows=None", accuracy="None"))).samples == 3


@pytest.mark.parametrize("formula", ["'x + y'", "3", "None"])
def test_a_formula_that_is_no_function_is_refused(write, formula):
    path = write(defined("window=(0, 1, 0, 1), start=(0, 0)", formula))
    with pytest.raises(TrajvizError, match="is not a function of x and y") as refusal:
        load_surface(path)
    assert str(refusal.value).startswith(f"{path}, line 8: ")


@pytest.mark.parametrize("text", [GOOD, "x = 1\n", "1 / 0\n"])
@pytest.mark.parametrize("writes", [True, False])
def test_no_litter_is_left_beside_a_file_and_pythons_setting_is_put_back(
    write, monkeypatch, text, writes
):
    monkeypatch.setattr(sys, "dont_write_bytecode", not writes)
    path = write(text)
    if text == GOOD:
        load_surface(path)
    else:
        with pytest.raises(TrajvizError):
            load_surface(path)
    assert list(path.parent.iterdir()) == [path]
    assert sys.dont_write_bytecode is not writes
    known = [name for name, m in sys.modules.items() if getattr(m, "__file__", "") == str(path)]
    assert known == [f"trajviz_file_{path.stem}"]  # a name that nobody imports
