"""What a stranger's file may ask for: little work before it is refused, and nothing to a terminal.

Each file here took minutes or gigabytes before it was counted. That it is refused by its count, and
not by what it says in the end, is how the tests see that no work was done.
"""

import io
import re
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import invoke

from trajviz.descent.paths import load_paths
from trajviz.errors import TrajvizError
from trajviz.files.metadata import read_note
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.spec import parse_spec
from trajviz.recipe.toml import load_recipe
from trajviz.surface.catalogue import load_surface
from trajviz.untrusted import MOST_CELLS, check_text, parse_toml, visible

BOWL = load_surface("bowl")


def npy(shape, kind="<f8", data=b""):
    """Return an array's file whose header may promise more than there is."""
    header = f"{{'descr': {kind!r}, 'fortran_order': False, 'shape': {shape}}}".encode()
    header += b" " * (63 - (len(header) + 10) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


def npz(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(f"{name}.npy", data)
    return file.getvalue()


TOO_LONG = "unpacked it is longer than 64,000,000 bytes"
PATHS = {
    "points that are nowhere": ("npz", npz(points=npy((300_000_000, 0, 2))), TOO_LONG),
    "an array that is nowhere": ("npz", npz(a=npy((10**30, 0, 2))), TOO_LONG),
    "an NPY that is nowhere": ("npy", npy((300_000_000, 0, 2)), TOO_LONG),
    "points that are not there": ("npz", npz(points=npy((10**8, 10, 2))), TOO_LONG),
    "labels without letters": ("npz", npz(labels=npy((10**8,), "<U0")), TOO_LONG),
    "one long label": ("npz", npz(labels=npy((1,), "<U99999999")), TOO_LONG),
    "small numbers": ("npz", npz(a=npy((5_000_000, 2), "|i1")), TOO_LONG),
    "many paths": ("npz", npz(a=npy((9_000, 1, 2), "|i1", bytes(18_000))), "9,000 paths are more"),
    "many members": ("npz", npz(population=npy((1, 9_000, 2), "|i1", bytes(18_000))), "9,000 path"),
    "many arrays": ("npz", npz(**dict.fromkeys(map(str, range(5_001)), b"")), "than 5,000 arrays"),
    "a long header": ("npy", b"\x93NUMPY\x02\0\xff\xff\xff\0" + b"(" * 99, "longer than 10,000"),
    "rows": ("csv", b"x,y\n" + b"1,2\n" * (MOST_CELLS // 2), "values or lines, more than 1,000,"),
    "rows of a table": ("tsv", b"x\ty\r" * (MOST_CELLS // 2 + 1), "values or lines, more than 1,0"),
    "empty lines": ("csv", b"x,y\n" * 9 + b"\n" * MOST_CELLS, "values or lines, more than 1,000,0"),
    "columns": ("csv", b"x,y" + b"," * 1_000, "more than 1,000 columns"),
    "labels": ("csv", "".join(["optimizer,x,y\n", *(f"{i},1,2\n" for i in range(4_001))]), "4,001"),
    "tracks": ("csv", "".join(["optimizer,x,y\n", *(f"{i},1,2\n" for i in range(300))]), "300 lab"),
    "points of JSON": ("json", "[" + "[1,2]," * MOST_CELLS, "values or lines, more than 1,000,000"),
    "objects of JSON": ("json", "{" * (MOST_CELLS + 1), "values or lines, more than 1,000,000"),
    "tracks of JSON": ("json", f'{{"trajectories": [{"7," * 5_000} 7]}}', "5,001 paths are more"),
    "named paths of JSON": (
        "json",
        str({f"{i}": 1 for i in range(5_000)}).replace("'", '"'),
        "5,0",
    ),
    "a long label": (
        "csv",
        f"optimizer,x,y\n{'a' * 9_999},1,2\n",
        "9,999 letters, more than 500",
    ),
}


@pytest.mark.parametrize(("suffix", "content", "says"), PATHS.values(), ids=PATHS)
def test_a_file_of_paths_is_refused_by_what_it_counts(suffix, content, says, tmp_path):
    path = tmp_path / f"run.{suffix}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(TrajvizError, match=re.escape(says)):
        load_paths(path, BOWL, 200)


def test_blanks_between_numbers_are_no_work(tmp_path):
    (tmp_path / "run.txt").write_text(f"x y\n1{' ' * 300_000}2\n 3 4 \n")
    (path,) = load_paths(tmp_path / "run.txt", BOWL, 200)
    assert path.points.tolist() == [[1, 2], [3, 4]]


GRIDS = {
    "axes that are nowhere": ("npz", npz(x=npy((10**9, 0)), y=npy((0,)), z=npy((0,))), TOO_LONG),
    "lines": ("csv", b"\n" * (MOST_CELLS + 1), "values or lines, more than 1,000,000"),
    "columns": ("csv", b"," * (MOST_CELLS + 1), "values or lines, more than 1,000,000"),
    "a cell": ("csv", b'"' + b"1" * 200_000, "line 1: field larger than field limit"),
}


@pytest.mark.parametrize(("suffix", "content", "says"), GRIDS.values(), ids=GRIDS)
def test_a_grid_is_refused_by_what_it_counts(suffix, content, says, tmp_path):
    (tmp_path / f"a.{suffix}").write_bytes(content)
    with pytest.raises(TrajvizError, match=re.escape(says)):
        load_surface(tmp_path / f"a.{suffix}")


RECIPES = {
    "a long key": ("a." * 400_000 + "a = 1", "a key has more than 32 parts"),
    "a long key in quotes": ('"a" . ' * 150_000 + "a = 1", "a key has more than 32 parts"),
    "a long name of a table": (f"[{'a.' * 400_000}a]", "a key has more than 32 parts"),
    "optimizers": (
        "[[optimizers]]\nname = 'sgd'\n" * 30_000,
        "30,000 optimizers are more than 200",
    ),
    "names": ("optimizers = [" + "'sgd'," * 30_000 + "]", "30,000 optimizers are more than 200"),
    "settings": ("[[optimizers]]\n" + "".join(f"k{i} = 1\n" for i in range(2_000)), "1,000 keys"),
    "a specification": (f"optimizers = ['sgd:{'a=1,' * 20_000}']", "a text has more than 50,000"),
    "parameters": (f"surface = 'bowl:{'a=1,' * 20_000}'", "a text has more than 50,000 letters"),
    "steps": (f"at = [{'1,' * 2_000}]", "2,000 values are more than 1,000"),
    "files": ("paths = [" + "'a.csv'," * 2_000 + "]", "2,000 values are more than 1,000"),
    "values": (f"at = [{'1,' * 300_000}]", "more than 200,000 values"),
    "brackets": (f"at = {'[' * 33}{']' * 33}", "more than 32 brackets within brackets"),
    "braces": (f"at = {'{a=' * 33}1{'}' * 33}", "more than 32 brackets within brackets"),
    "digits": (f"steps = {'9' * 400}", "a whole number has more than 64 bits"),
    "hexadecimal digits": (f"steps = 0x{'f' * 900_000}", "a whole number has more than 64 bits"),
    "a title": (f"title = '{'a' * 10_000}'", "has 10,000 letters, more than 500"),
    "a name of an axis": (f"axes = ['{'a' * 10_000}', 'b']", "has 10,000 letters, more than 500"),
    "a label": (f"optimizers = ['sgd:label={'a' * 10_000}']", "has 10,000 letters, more than 500"),
}


@pytest.mark.parametrize(("text", "says"), RECIPES.values(), ids=RECIPES)
def test_a_recipe_is_refused_by_what_it_counts(text, says, tmp_path):
    surface = "" if text.startswith("surface") else "surface = 'bowl'\n"
    (tmp_path / "a.toml").write_text(surface + text)
    with pytest.raises(TrajvizError, match=re.escape(says)):
        load_recipe(tmp_path / "a.toml")


def forged(folder, text):
    note = f"# trajviz 9\n{text}\n"
    (folder / "race.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
        f'<metadata id="trajviz-recipe">\n{note}</metadata></svg>'
    )
    return folder / "race.svg"


@pytest.mark.parametrize("what", ["a title", "a name of an axis", "a label", "digits", "braces"])
@pytest.mark.parametrize("command", ["render --recipe", "trace --recipe", "embed"])
def test_a_forged_file_is_refused_as_a_recipe_is(command, what, tmp_path):
    forged(tmp_path, f"surface = 'bowl'\n{RECIPES[what][0]}")
    done = invoke(*command.split(), "race.svg", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_a_message_is_short_however_much_was_given(tmp_path):
    done = invoke("trace", "s" * 900_000, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr) < 2_100


# Letters that are none

CONTROLS = [
    "\0",
    "\x1b[31m",
    "\x7f",
    "\x9b31m",
    "\x08",
    "\r",
    "\u2028",
    "\u202e",
    "\ufffe",
    "\ud800",
]


@pytest.mark.parametrize("control", CONTROLS)
def test_controls_are_refused_in_titles_labels_and_names_of_axes(control):
    for make in (
        lambda text: Recipe.of(surface="bowl", title=text),
        lambda text: Recipe.of(surface="bowl", axes=("x", text)),
        lambda text: parse_spec(f"sgd:label={text}"),
    ):
        assert make("plain ümlaut 中 \N{ZERO WIDTH JOINER}")
        with pytest.raises(TrajvizError, match="has a control character"):
            make(f"a{control}b")


@pytest.mark.parametrize("control", [c for c in CONTROLS if c not in "\0\r\ud800"])
def test_controls_in_labels_of_files_are_refused(control, tmp_path):
    (tmp_path / "run.csv").write_text(f"optimizer,x,y\na{control}b,1,2\n", encoding="utf-8")
    with pytest.raises(TrajvizError, match="has a control character"):
        load_paths(tmp_path / "run.csv", BOWL, 9)
    (tmp_path / f"a{control}.csv").write_text("x,y\n1,2\n")
    with pytest.raises(TrajvizError, match="has a control character"):
        load_paths(tmp_path / f"a{control}.csv", BOWL, 9)


def test_no_command_prints_a_control_that_a_forged_file_says(tmp_path):
    said = r'surface = "bowl\u001b[31m"' + "\n" + r'title = "\u009b31m\u001b]0;x\u0007"'
    forged(tmp_path, said)
    for words in ("show", "show --json", "trace --recipe", "render --recipe", "embed"):
        done = invoke(*words.split(), "race.svg", cwd=tmp_path)
        assert visible(done.stdout + done.stderr) == done.stdout + done.stderr
    assert read_note(tmp_path / "race.svg").table["surface"] == "bowl\x1b[31m"


@pytest.mark.parametrize("words", ["a\x1b[31m", "a\x1b.npz", "bowl --theme \x1b"])
def test_an_error_shows_controls_as_their_escapes(words, tmp_path):
    done = invoke("render", *words.split(" "), "--format", "nonsense\x1b", cwd=tmp_path)
    assert done.returncode == 2
    assert "\x1b" not in done.stderr
    assert r"\x1b" in done.stderr


@given(st.text(st.characters(codec=None), max_size=40))
def test_what_is_visible_moves_no_cursor_and_is_well_formed(text):
    shown = visible(text)
    shown.encode()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)
    assert visible(shown) == shown
    if shown == text:
        check_text("title", text)


@given(st.text(alphabet="ab.\"'\\\n= []{}#,1", max_size=60))
def test_toml_is_read_as_python_reads_it(text):
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(ValueError):  # noqa: PT011  # as tomllib says it
            parse_toml(text)
    else:
        assert parse_toml(text) == table


def test_dots_in_texts_and_comments_are_no_parts_of_a_key():
    dots = "a." * 100
    table = {"a": dots, "b": f"{dots}\n{dots}", "c": f'"{dots}\\'}
    text = f'a = \'{dots}\' # {dots}\nb = """{dots}\n{dots}"""\nc = "\\"{dots}\\\\"\n'
    assert parse_toml(text) == table
    assert parse_toml(".".join("a" * 32) + " = 1")
    assert np.ndim(parse_toml(f"a = {'[' * 31}1{']' * 31}")["a"]) == 31
