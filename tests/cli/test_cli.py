"""The command as people run it: what it refuses, what it prints, what it leaves behind."""

import contextlib
import functools
import io
import itertools
import json
import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pictures import decoded_gif
from PIL import Image
from programs import TRAJVIZ, Stream, begin, invoke, judge, trajviz

import trajviz as library
from trajviz.cli import _output, cli
from trajviz.optimizers import FAMILIES
from trajviz.site.layout import site_kinds

SMALL = ["--size", "160x120", "--steps", "10", "--seconds", "0.4", "--hold", "0"]
COMMANDS = cli.list_commands(None)

# What is refused

FILES = {
    "broken.py": "from trajviz import Surface\n\nsurface = 1 / 0\n",
    "syntax.py": "def f(:\n",
    "nothing.py": "x = 1\n",
    "abrupt.py": "raise SystemExit(7)\n",
    "broken.toml": "summary = [\n",
    "lacking.toml": 'summary = "x"\n',
    "folder/keep": "",
    "good.toml": 'surface = "bowl"\noutputs = ["good.png"]\noptimizers = ["sgd:lr=0.1"]\n',
    "typo.toml": 'surface = "bowl"\nthme = "dark"\n',
    "cut.toml": 'surface = "bowl"\nsteps =\n',
    "beal.toml": 'surface = "beal"\n',
    "astray.toml": 'surface = "bowl"\noutputs = ["none/a.gif"]\n',
}

REFUSED = {
    "render beal": "'beal', did you mean 'beale'",
    "render": "SURFACE",
    "render beal:k=3": "'beal', did you mean 'beale'",
    "render beale:k=3": "beale takes no parameters",
    "render rosenbrock:c=3": "'c'",
    "render rosenbrock:b=0": "b=0 must be above 0",
    "render rosenbrock:b=nan": "b=nan",
    "render 'x^2 + y'": "character 2 '^': write ** for powers",
    "render '2x + y'": "character 2 'x': write * between '2' and 'x'",
    "render 'x²'": "character 2 '²'",
    "render '9**9**9*x'": "character 2 '**'",
    "render '1e999*x'": "character 1 '1e999'",
    "render 'z*x'": "unknown name 'z'",
    "render 'x.__class__'": "character 2 '.'",
    "render '(x'": "character 1 '(': this is never closed",
    "render '0*x'": "flat",
    "render 'log(x)' --start -1,0": "no finite value and slope at the start",
    "render 'sqrt(-1 - x**2)'": "no place with a finite value",
    "render -x**2+y**2": "needs parentheses, '(-x**2+y**2)', or --",
    "render '-exp(x) + y'": "needs parentheses, '(-exp(x) + y)', or --",
    "render '-3*x'": "needs parentheses, '(-3*x)', or --",
    "trace -x": "needs parentheses, '(-x)', or --",
    "rendr beale": "rendr",
    "render ''": "''",
    "render missing.py": "'missing.py'",
    "render broken.py": "broken.py, line 3: ZeroDivisionError",
    "render syntax.py": "syntax.py, line 1",
    "render nothing.py": "nothing.py defines no `surface",
    "render abrupt.py": "abrupt.py",
    "render folder": "'folder'",
    "render beale sgdd": "'sgdd', did you mean 'sgd'",
    "render beale sgd:lrr=1": "'lrr', did you mean 'lr'",
    "render beale sgd:lr=fast": "lr=fast",
    "render beale sgd:lr=nan": "lr=nan",
    "render beale sgd:lr=-1": "lr=-1",
    "render beale momentum:beta=1": "beta=1",
    "render beale sgd:": "'sgd:'",
    "render beale sgd:lr": "'lr'",
    "render beale sgd:lr=1,lr=2": "'lr' is given twice",
    "render beale ''": "''",
    "render beale sgd:color=reddish": "'reddish'",
    "render beale sgd:color=#12345": "'#12345'",
    "render beale sgd:label=a adam:label=a": "'a' is given twice",
    "render beale --nope": "--nope",
    "render beale --theme dakr": "'dakr', did you mean 'dark'",
    "render beale --theme none.toml": "'none.toml'",
    "render beale --theme broken.toml": "broken.toml",
    "render beale --language de-AT": "unknown language 'de-AT'. Known: de, en",
    "render beale --language none.toml": "no language file 'none.toml'",
    "render beale --language broken.toml": "broken.toml, line",
    "render beale --theme lacking.toml": "lacking.toml lacks background",
    "render beale --format giff": "'giff', did you mean 'gif'",
    "render beale --start nan,1": "'nan,1'",
    "render beale --start inf,1": "'inf,1'",
    "render beale --start 1": "'1'",
    "render beale --start 1,2,3": "'1,2,3'",
    "render beale --start a,b": "'a,b'",
    "render beale --start 1e200,0": "1e+200",
    "render beale --size 0x0": "0x0",
    "render beale --size 1000000x1000000": "1000000x1000000",
    "render beale --size 640": "'640'",
    "render beale --size 640x480x3": "'640x480x3'",
    "render beale --steps 1 --steps 2": "'--steps': it takes one value, and was given '1' and '2'.",
    "render beale --recipe a.toml --recipe b.toml": "given 'a.toml' and 'b.toml'",
    "trace beale -o a.csv -o b.csv": "'-o' / '--output': it takes one value",
    "trace beale --start 1,1 --start 2,2 --starts 3x3": "--start several times and --starts both",
    "trace beale --start 1,1 --start 2": "'2' is not X,Y",
    "render beale --size big": "'big'",
    "render beale --size 3840x2160 --seconds 60": "12,441,600,000",
    "render beale --fps 0": "fps 0",
    "render beale --fps 60": "fps 60",
    "render beale --fps 60 -o a.mp4 -o a.gif": "fps 60",
    "render beale --fps nan": "fps nan",
    "render beale --fps fast": "'fast'",
    "render beale --seconds 0": "seconds 0",
    "render beale --seconds -1": "seconds -1",
    "render beale --seconds inf": "seconds inf",
    "render beale --seconds 1e9": "seconds 1e+09",
    "render beale --seconds 300": "7,500 frames",
    "render beale --hold -1": "hold -1",
    "render beale --hold 1e6": "hold 1e+06",
    "render beale --loop -1": "loop -1",
    "render beale --loop 65536": "loop 65536",
    "render beale --loop 1.5": "'1.5'",
    "render beale --steps 0": "steps 0",
    "render beale --steps 1.5": "'1.5'",
    "render beale --steps 1000001": "1,000,001 steps",
    "render beale --window 1,-1,0,1": "'1,-1,0,1'",
    "render beale --window 1,2,3": "'1,2,3'",
    "render beale --window 0,nan,0,1": "'0,nan,0,1'",
    "render beale --window 0,0,0,1": "'0,0,0,1'",
    "render beale --window 1,1.0000000000000002,0,1": "1",
    "render beale --axes W": "'W'",
    "render beale --axes W,b,c": "'W,b,c'",
    "render beale --pix-fmt yuv422p -o a.mp4": "'yuv422p'",
    "render beale --title": "--title",
    "render beale -o none/a.gif": "'none/a.gif'",
    "render beale -o folder": "'folder'",
    "render beale -o folder --format gif": "'folder'",
    "render beale -o a.tiff": "'.tiff'",
    "render beale -o a.gfi": "'.gfi', did you mean '.gif'",
    "render beale -o a": "'a'",
    "render beale -o ''": "''",
    "render beale -o a.gif --format mp4": "'a.gif'",
    "render beale -o /dev/null": "'/dev/null'",
    "render beale -o /dev/null --format gif": "'/dev/null'",
    "render beale -o /proc/self/a.gif": "'/proc/self/a.gif'",
    "render beale -o a.gif -o a.gif": "'a.gif' is given twice",
    "render beale -o a.gif -o ./a.gif": "'a.gif' is given twice",
    "render beale -o a.png -o none/b.gif": "'none/b.gif'",
    "render beale -o -": "'-'",
    "render beale --format gif -o - -o -": "'-'",
    "render beale --format png -o - --at 1,2": "'-'",
    "render beale --at 201 -o a.png": "201",
    "render beale --at -1 -o a.png": "-1",
    "render beale --at 5,5 -o a.png": "'a-5.png' is given twice",
    "render beale --at 5": "step 5",
    "render beale --at 5 -o a.gif": "step 5",
    "render beale --at five -o a.png": "'five'",
    "render beale --camera 30": "'30'",
    "render beale --camera 95,0": "camera 95,0",
    "render beale --orbit 1e9": "orbit 1e+09",
    "render beale --orbit far": "'far'",
    "render --recipe none.toml": "'none.toml'",
    "render --recipe folder": "'folder'",
    "render --recipe typo.toml": "unknown key in typo.toml 'thme', did you mean 'theme'",
    "render --recipe cut.toml": "cut.toml, line 2: ",
    "render --recipe beal.toml": "beal.toml: unknown surface 'beal', did you mean 'beale'",
    "render --recipe astray.toml": "'none/a.gif'",
    "render --recipe good.toml --theme dakr": "Error: unknown theme 'dakr'",
    "render --recipe good.toml --steps 0": "steps 0",
    "render beale --recipe good.toml": "'beale' beside --recipe 'good.toml'",
    "render beale sgd --recipe good.toml": "'beale' beside --recipe 'good.toml'",
    "render beale --save-recipe a": "'a' does not end in .toml",
    "render beale --save-recipe a.gif": "'a.gif' does not end in .toml",
    "render beale --save-recipe none/a.toml": "'none/a.toml'",
    "render beale --save-recipe folder": "'folder'",
    "render beal --save-recipe a.toml": "'beal'",
    "render beale --title \udcff --save-recipe a.toml": "has a control character",
    "trace --recipe typo.toml": "unknown key in typo.toml 'thme'",
    "trace beale --recipe good.toml": "'beale' beside --recipe 'good.toml'",
    "trace": "SURFACE",
    "render beale sgd:decay=cosin": "'cosin', did you mean 'cosine'",
    "render beale sgd:rate=0.9": "needs decay=NAME",
    "render beale --noise -1": "noise -1",
    "render beale --noise nan": "noise nan",
    "render beale --noise loud": "'loud'",
    "render beale --seed -1": "seed -1",
    "render beale --seed 1.5": "'1.5'",
    "render beale --seed 4294967296": "seed 4294967296",
    "render beale --batch-size 5": "--noise SIGMA",
    "render noisy-moons --noise 1": "--batch-size N",
    "render noisy-moons --batch-size 0": "from 1 to the 100 samples",
    "render noisy-moons --batch-size 101": "batch size 101",
    "trace regression --batch-size 12": "from 1 to the 11 samples",
    "list surface": "'surface', did you mean 'surfaces'",
    "list --nope": "--nope",
    "trace beale --format cvs": "'cvs', did you mean 'csv'",
    "trace beale -o a.txt": "'.txt'",
    "trace beale -o none/a.csv": "'none/a.csv'",
    "trace beale -o folder": "'folder'",
    "trace beale --steps 0": "steps 0",
    "trace beal": "'beal'",
    "render ~nouser/a.py": "'~nouser/a.py' is in a home that is not known here",
    "render ~nouser/a.csv": "'~nouser/a.csv'",
    "render beale ~nouser/a.py:Mine": "'~nouser/a.py'",
    "render beale --theme ~nouser/a.toml": "'~nouser/a.toml'",
    "render beale --language ~nouser/a.toml": "'~nouser/a.toml'",
    "render beale --paths ~nouser/a.csv": "'~nouser/a.csv'",
    "render beale -o ~nouser/a.gif": "'~nouser/a.gif'",
    "render beale -o ~nouser/a --bundle": "'~nouser/a'",
    "render beale --save-recipe ~nouser/a.toml": "'~nouser/a.toml'",
    "render --recipe ~nouser/a.gif": "'~nouser/a.gif'",
    "trace beale -o ~nouser/a.csv": "'~nouser/a.csv'",
    "tune bowl sgd -o ~nouser/a.png": "'~nouser/a.png'",
    "show ~nouser/a.gif": "'~nouser/a.gif'",
    "embed ~nouser/a.gif": "'~nouser/a.gif'",
    "gallery build ~nouser": "'~nouser'",
    "gallery check ~nouser": "'~nouser'",
}
"""Requests that are wrong, and what the message must say of them."""


def filled(folder):
    """Fill a folder with the files above, and return all that is in it."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return listing(folder)


def listing(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.first(20)
@pytest.mark.parametrize("request_", REFUSED)
def test_a_wrong_request_is_told_in_one_line_and_leaves_nothing(request_, tmp_path):
    before = filled(tmp_path)
    done = invoke(*shlex.split(request_), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr.startswith("Error: ")
    assert done.stderr.endswith("\n")
    assert done.stderr.count("\n") == 1, done.stderr
    assert REFUSED[request_] in done.stderr
    assert listing(tmp_path) == before


def test_a_name_that_no_file_can_have_is_a_wrong_request(tmp_path):
    done = invoke("render", "beale", "-o", "a" * 300 + ".gif", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert listing(tmp_path) == []


def looped(folder, *names):
    for name in names:
        (folder / name).symlink_to(name)


@pytest.mark.parametrize(
    "request_",
    [
        "render beale -o loop.gif",
        "render beale -o loop/a.gif",
        "render beale -o loop --bundle",
        "render beale --save-recipe loop.toml",
        "render --recipe loop.toml",
        "render --recipe loop.gif",
        "render beale --theme loop.toml",
        "render loop.npz",
        "trace beale -o loop.csv",
        "trace beale --paths loop.csv",
        "tune bowl sgd:lr=0.1 -o loop.png",
        "show loop.gif",
        "embed loop.gif",
        "gallery build loop",
    ],
)
def test_links_that_go_round_in_circles_are_refused(request_, tmp_path):
    names = (f"loop{suffix}" for suffix in ("", ".gif", ".toml", ".npz", ".csv", ".png"))
    looped(tmp_path, *names)
    before = listing(tmp_path)
    done = invoke(*shlex.split(request_), cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert "loop" in done.stderr
    assert listing(tmp_path) == before


def on_a_terminal(stream, *args, folder, program=(TRAJVIZ,)):
    """Run the command with one stream on a terminal; return the process and what was shown."""
    terminal, inside = pty.openpty()
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: inside}
    process = subprocess.Popen([*program, *args], cwd=folder, text=True, **streams)
    os.close(inside)
    shown = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while part := os.read(terminal, 4096):
            shown += part
    os.close(terminal)
    return process, shown


def test_standard_output_that_is_a_terminal_gets_no_bytes(tmp_path):
    order = ["render", "beale", "--format", "gif", "-o", "-"]
    process, shown = on_a_terminal("stdout", *order, folder=tmp_path)
    _, err = process.communicate()
    assert (process.returncode, shown, err.count("\n")) == (2, b"", 1)
    assert "'-' is a terminal" in err


def test_a_recipe_through_a_pipe_names_no_output(tmp_path):
    recipe = 'surface = "bowl"\noptimizers = ["sgd:lr=0.1"]\nsize = [160, 120]\nseconds = 0.4\n'
    done = trajviz("render", "--recipe", "/dev/stdin", cwd=tmp_path, input=recipe)
    assert (done.returncode, done.stdout) == (0, "bowl.gif\n")


# A process of its own

SAME = {
    "list --json": 0,
    "render bowl sgd:lr=0.1 --size 160x120 --steps 3 --format png -o -": 0,
    "render beal": 2,
    "render beale --title \udcff --save-recipe a.toml": 2,
    "render --recipe folder": 2,
    "gallery check": 1,
}


@pytest.mark.long
@pytest.mark.parametrize(("request_", "code"), SAME.items())
def test_the_command_says_the_same_in_a_process_of_its_own(request_, code, tmp_path):
    filled(tmp_path)
    (tmp_path / "gallery").mkdir()
    item = '[[animation]]\nname = "a"\nsurface = "bowl"\noutputs = ["a.png"]\n'
    (tmp_path / "gallery" / "gallery.toml").write_text(item)
    here, there = (
        run(*shlex.split(request_), cwd=tmp_path, text=False) for run in (invoke, trajviz)
    )
    assert (here.returncode, here.stdout, here.stderr) == (
        there.returncode, there.stdout, there.stderr,
    )  # fmt: skip
    assert there.returncode == code


def test_a_file_that_cannot_be_written_is_a_failure_in_a_process_of_its_own_too():
    with open("/dev/full", "wb") as full:  # noqa: PTH123  # no path
        done = trajviz("list", stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)


@pytest.mark.parametrize("words", ["list", "--help", "trace bowl sgd:lr=0.1"])
def test_a_pipe_that_nobody_reads_ends_it_as_the_shell_expects(words):
    ours, theirs = os.pipe()
    os.close(ours)
    with open(theirs, "wb") as pipe:  # noqa: PTH123  # no path
        done = trajviz(*words.split(), stdout=pipe, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (141, "")


def test_an_error_that_nobody_reads_has_its_exit_code_all_the_same():
    ours, theirs = os.pipe()
    os.close(ours)
    with open(theirs, "wb") as pipe:  # noqa: PTH123  # no path
        done = trajviz("render", "nix", stderr=pipe, stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (2, "")


UNREADABLE = {
    "a.csv": "render bowl --paths a.csv",
    "a.npz": "render a.npz",
    "a.toml": "render --recipe a.toml",
    "b.toml": "render bowl --theme ./b.toml",
    "a.gif": "show a.gif",
    "b.gif": "render --recipe b.gif",
}


@pytest.mark.parametrize(("name", "words"), UNREADABLE.items())
def test_what_cannot_be_read_is_refused_as_what_is_not_there(name, words, tmp_path):
    memory = Path("/proc/self/mem")  # which no one may read at its beginning, root included
    if not memory.exists():
        pytest.skip("no /proc to have a file that cannot be read")
    (tmp_path / name).symlink_to(memory)
    done = invoke(*words.split(), cwd=tmp_path)
    said = f"Error: '{name}' cannot be read: Input/output error\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    assert listing(tmp_path) == [name]


@pytest.mark.parametrize(
    "words",
    [
        "render bowl -o {}/",
        "render bowl -o a.gif -o b.gif --save-recipe {}/",
        "render bowl -o {}/ --bundle",
        "trace bowl -o {}/",
        "tune bowl sgd -o {}/",
    ],
)
@pytest.mark.parametrize("name", ["a.gif", "none/a.csv", "a.toml"])
def test_a_folder_as_an_output_is_refused(words, name, tmp_path):
    done = invoke(*words.format(name).split(), cwd=tmp_path)
    said = f"Error: output '{name}/' is no file's name, since it ends in '/'\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    assert listing(tmp_path) == []


LONG_PAUSES = {
    "-o a.mp4 --hold 300": "7,700 frames are more than 5,000",
    "-o a.gif -o a.webm --lead 300": "7,750 frames are more than 5,000",
    "--format mov --lead 300": "7,750 frames are more than 5,000",
    "-o a --bundle --hold 300": "7,700 frames are more than 5,000",
    "-o a.mp4 --lead 3600 --hold 3600 --force": "7208 seconds at fps 25, pauses included, are "
    "180,200 frames of a .mp4, more than 100,000",
}


@pytest.mark.parametrize(("words", "said"), LONG_PAUSES.items())
def test_the_pauses_of_a_film_count_among_its_frames(words, said, tmp_path):
    done = invoke("render", "bowl", *words.split(), cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert listing(tmp_path) == []


def test_the_pauses_of_what_is_no_film_are_no_frames(tmp_path):
    drawn("--lead", "3600", "-o", "a.gif", folder=tmp_path)


# What is rendered


def drawn(*args, folder, **options):
    """Render a small race; it must succeed."""
    done = invoke("render", "bowl", "sgd:lr=0.1", *SMALL, *args, cwd=folder, **options)
    assert done.returncode == 0, done.stderr
    return done


def test_without_an_output_a_gif_is_named_after_the_surface(tmp_path):
    done = invoke("render", "long_valley", *SMALL, cwd=tmp_path)
    assert done.stdout == "long-valley.gif\n"
    assert listing(tmp_path) == ["long-valley.gif"]


def test_a_format_alone_names_the_file_too(tmp_path):
    assert drawn("--format", "png", folder=tmp_path).stdout == "bowl.png\n"
    assert listing(tmp_path) == ["bowl.png"]


def test_a_surface_file_names_its_output(tmp_path):
    (tmp_path / "my_own.py").write_text(
        "from trajviz import Surface\n"
        "def f(x, y):\n"
        "    return x * x + y * y\n"
        "surface = Surface(f, window=(-1, 1, -1, 1), start=(0.5, 0.5))\n"
    )
    done = invoke("render", "./my_own.py", *SMALL, cwd=tmp_path)
    assert done.stdout == "my-own.gif\n"
    assert listing(tmp_path) == ["my-own.gif", "my_own.py"]


def test_a_formula_says_where_it_is_looked_at_and_names_its_output(tmp_path):
    for order in (["x**2 + 20*y**2", *SMALL], [*SMALL, "--", "-x**2 + y**2"]):
        done = invoke("render", *order, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "window -5,5,-5,5 and start " in done.stderr
    assert listing(tmp_path) == ["x2-20y2.gif", "x2-y2.gif"]
    done = invoke("render", "x - y", *SMALL, "--quiet", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("x-y.gif\n", "")
    done = invoke("render", "(-x)", "sgd", "--start", "1,1", *SMALL, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "x.gif\n")


def test_a_trace_of_a_formula_says_where_it_starts(tmp_path):
    done = invoke("trace", "x**2 + y**2", "sgd:lr=0.1", "--steps", "1", cwd=tmp_path)
    x, y = done.stdout.splitlines()[1].split(",")[2:4]
    assert f"start {float(x):g},{float(y):g} found" in done.stderr


def test_an_option_that_is_no_formula_gets_no_advice_on_formulas(tmp_path):
    for option in ("-z", "--nope", "-4,1"):
        done = invoke("render", "beale", option, cwd=tmp_path)
        assert done.returncode == 2
        assert "parentheses" not in done.stderr


def test_parameters_name_the_output(tmp_path):
    done = invoke("render", "rosenbrock:b=10", *SMALL, cwd=tmp_path)
    assert done.stdout == "rosenbrock-b-10.gif\n"


@pytest.mark.long
def test_several_outputs_are_all_written_and_told_in_order(tmp_path):
    (tmp_path / "sub").mkdir()
    names = ["b.mp4", "a.gif", "sub/c.png", "d.svg", "e.PDF"]
    done = drawn(*(word for name in names for word in ("-o", name)), folder=tmp_path)
    assert done.stdout.splitlines() == names
    assert listing(tmp_path) == sorted([*names, "sub"])
    heads = {"b.mp4": b"ftyp", "a.gif": b"GIF89a", "sub/c.png": b"PNG", "d.svg": b"<svg"}
    for name, head in heads.items():
        assert head in (tmp_path / name).read_bytes()[:600]


def test_stills_of_several_steps_are_named_after_them(tmp_path):
    done = drawn("--at", "0,5,10", "-o", "a.png", folder=tmp_path)
    assert done.stdout.split() == ["a-0.png", "a-5.png", "a-10.png"]
    assert len({(tmp_path / name).read_bytes() for name in listing(tmp_path)}) == 3


def test_facts_go_to_standard_error_and_quiet_silences_them(tmp_path):
    done = drawn(folder=tmp_path)
    assert done.stdout == "bowl.gif\n"
    assert "160x120" in done.stderr
    assert "kB" in done.stderr
    for option in ("-q", "--quiet"):
        done = drawn(option, folder=tmp_path)
        assert (done.stdout, done.stderr) == ("bowl.gif\n", "")


@pytest.mark.parametrize("kind", ["gif", "mp4", "png", "svg"])
def test_standard_output_gets_the_bytes_of_the_file_and_no_more(kind, tmp_path):
    done = drawn("--format", kind, "-o", "-", folder=tmp_path, text=False)
    assert done.stderr == b""
    drawn("-o", f"file.{kind}", folder=tmp_path)
    assert done.stdout == (tmp_path / f"file.{kind}").read_bytes()
    assert listing(tmp_path) == [f"file.{kind}"]


def test_a_gif_and_a_picture_from_standard_output_can_be_decoded(tmp_path):
    frames, waits = decoded_gif(
        drawn("--format", "gif", "-o", "-", folder=tmp_path, text=False).stdout
    )
    assert (len(frames) >= 10, sum(waits)) == (True, 40)
    data = drawn("--format", "png", "--at", "3", "-o", "-", folder=tmp_path, text=False).stdout
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (160, 120)


def test_a_film_from_standard_output_can_be_decoded(tmp_path):
    data = drawn("--format", "mp4", "-o", "-", folder=tmp_path, text=False).stdout
    (tmp_path / "film.mp4").write_bytes(data)
    ask = ["-v", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-"]
    video = judge("ffmpeg", "-i", tmp_path / "film.mp4", *ask)
    assert len(video) == 10 * 160 * 120


def test_a_reader_who_leaves_early_is_no_traceback(tmp_path):
    process = begin("list", "surfaces", cwd=tmp_path)
    process.stdout.close()
    with process.stderr as stream:
        assert "Traceback" not in stream.read()
    assert process.wait() == 141


def test_the_options_do_what_the_library_does(tmp_path):
    drawn(
        "adam", "--start", "-12,2", "--window=-10,5,-3,3", "--theme", "dark", "--title", "Mine",
        "--axes", "p, q", "--fps", "10", "--loop", "2", "-o", "a.gif", folder=tmp_path,
    )  # fmt: skip
    race = library.compare(
        "bowl", ["sgd:lr=0.1", "adam"], start=(-12, 2), window=(-10, 5, -3, 3), theme="dark",
        title="Mine", axes=("p", "q"), fps=10, loop=2, size=(160, 120), steps=10, seconds=0.4,
        hold=0,
    )  # fmt: skip
    assert (tmp_path / "a.gif").read_bytes() == race.to_bytes("gif")


def test_force_and_pixel_format_reach_the_library(tmp_path):
    drawn("--pix-fmt", "yuv444p", "--force", "-o", "a.mp4", folder=tmp_path)
    race = library.compare(
        "bowl", ["sgd:lr=0.1"], size=(160, 120), steps=10, seconds=0.4, hold=0,
        pixel_format="yuv444p",
    )  # fmt: skip
    assert (tmp_path / "a.mp4").read_bytes() == race.to_bytes("mp4")


LATER = """
import itertools, types
from trajviz.cli import _output, main

_output.time = types.SimpleNamespace(monotonic=itertools.count(step=2).__next__)
main()
"""
"""The command, where two seconds pass between one look at the clock and the next."""


def test_progress_is_shown_on_a_terminal(tmp_path):
    order = ["render", "bowl", "sgd:lr=0.1", *SMALL]
    program = [sys.executable, "-c", LATER]
    process, shown = on_a_terminal("stderr", *order, folder=tmp_path, program=program)
    out, _ = process.communicate()
    assert (process.returncode, out) == (0, "bowl.gif\n")
    assert b"100%" in shown


def test_progress_is_shown_after_a_second_and_counts_each_work_from_its_beginning(monkeypatch):
    moments = iter([5.0, 5.9, 6.1])  # asked for until the bar is there
    monkeypatch.setattr(_output, "time", SimpleNamespace(monotonic=moments.__next__))
    monkeypatch.setattr(sys, "stderr", stream := Stream(terminal=True))
    shown = []
    with _output.progress_bar("drawing", quiet=False) as advance:
        for done, total in [(1, 4), (1, 4), (2, 4), (4, 4), (1, 5)]:
            advance(done, total)
            shown.append(stream.bytes().decode())
    assert shown[0] == ""
    assert [re.findall("[0-9]+%", text)[-1] for text in shown[1:]] == [
        "25%", "50%", "100%", "20%",
    ]  # fmt: skip
    assert "drawing" in shown[1]


@pytest.mark.parametrize(("quiet", "terminal"), [(True, True), (False, False)])
def test_progress_is_for_terminals_and_not_for_the_quiet(quiet, terminal, monkeypatch):
    clock = SimpleNamespace(monotonic=itertools.count(step=2).__next__)
    monkeypatch.setattr(_output, "time", clock)
    monkeypatch.setattr(sys, "stderr", stream := Stream(terminal=terminal))
    with _output.progress_bar("drawing", quiet) as advance:
        advance(1, 2)
        advance(2, 2)
    assert stream.bytes() == b""


def test_trace_writes_csv_to_standard_output_or_a_file(tmp_path):
    order = ["trace", "bowl", "sgd:lr=0.1", "--steps", "3"]
    done = invoke(*order, cwd=tmp_path)
    assert done.stdout.splitlines()[0] == "optimizer,step,x,y,f,gradients,values,hessians"
    assert len(done.stdout.splitlines()) == 5
    assert listing(tmp_path) == []
    for kind in ("csv", "json", "npz"):
        done = invoke(*order, "-o", f"race.{kind}", cwd=tmp_path)
        assert (done.stdout, done.stderr) == (f"race.{kind}\n", "")
    assert len(json.loads((tmp_path / "race.json").read_text())["trajectories"]) == 1
    data = invoke(*order, "--format", "npz", cwd=tmp_path, text=False).stdout
    assert np.load(io.BytesIO(data))["points"].shape == (1, 4, 2)


# Recipes


def test_a_saved_recipe_renders_to_the_same_bytes(tmp_path):
    (tmp_path / "sub").mkdir()
    done = drawn("adam", "sgd", "-o", "a.gif", "--save-recipe", "sub/a.toml", folder=tmp_path)
    assert done.stdout.splitlines() == ["a.gif", "sub/a.toml"]
    data = (tmp_path / "a.gif").read_bytes()
    (tmp_path / "a.gif").unlink()
    done = invoke("render", "--recipe", "sub/a.toml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "sub/../a.gif\n")
    assert (tmp_path / "a.gif").read_bytes() == data


def test_options_override_a_recipe_and_an_output_replaces_its_outputs(tmp_path):
    filled(tmp_path)
    done = invoke(
        "render", "--recipe", "good.toml", *SMALL, "--theme", "dark", "-o", "a.png", "-o", "b.gif",
        "--save-recipe", "all.toml", cwd=tmp_path,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["a.png", "b.gif", "all.toml"]
    assert not (tmp_path / "good.png").exists()
    race = library.compare(
        "bowl", ["sgd:lr=0.1"], size=(160, 120), steps=10, theme="dark", seconds=0.4, hold=0
    )
    assert (tmp_path / "a.png").read_bytes() == race.to_bytes("png")


def test_an_option_that_says_the_default_overrides_a_recipe(tmp_path):
    text = 'surface = "bowl"\ntheme = "dark"\nsteps = 5\noptimizers = ["sgd:lr=0.1"]\n'
    (tmp_path / "a.toml").write_text(text)
    invoke("render", "--recipe", "a.toml", "--theme", "light", "-o", "a.png", cwd=tmp_path)
    race = library.compare("bowl", ["sgd:lr=0.1"], steps=5)
    assert (tmp_path / "a.png").read_bytes() == race.to_bytes("png")


def test_without_outputs_a_file_in_the_current_folder_is_named_after_the_recipe(tmp_path):
    filled(tmp_path)
    (tmp_path / "folder" / "my own.toml").write_text('surface = "bowl"\n')
    done = invoke("render", "--recipe", "folder/my own.toml", *SMALL, cwd=tmp_path)
    assert done.stdout == "my own.gif\n"
    done = invoke("render", "--recipe", "folder/my own.toml", "--format", "png", cwd=tmp_path)
    assert done.stdout == "my own.png\n"


def test_standard_output_keeps_its_bytes_when_a_recipe_is_saved(tmp_path):
    order = ["--format", "png", "-o", "-"]
    done = drawn(*order, "--save-recipe", "a.toml", folder=tmp_path, text=False)
    assert done.stderr == b"a.toml\n"
    assert done.stdout == drawn(*order, folder=tmp_path, text=False).stdout
    again = invoke("render", "--recipe", "a.toml", cwd=tmp_path, text=False)
    assert again.stdout == done.stdout


def test_a_recipe_is_not_left_behind_when_its_race_cannot_be_run(tmp_path):
    done = invoke("render", "bowl", "--start", "1e200,0", "--save-recipe", "a.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert listing(tmp_path) == []


def test_trace_gives_the_numbers_of_a_recipe(tmp_path):
    filled(tmp_path)
    done = invoke("trace", "--recipe", "good.toml", "--steps", "3", cwd=tmp_path)
    assert done.stdout == invoke("trace", "bowl", "sgd:lr=0.1", "--steps", "3").stdout


def test_several_starts_are_those_of_the_library_and_come_back_from_the_command(tmp_path):
    words = ["beale", "adam", "--steps", "3", "--start", "1,1.6", "--start=-2,2"]
    done = invoke("trace", *words)
    race = library.compare("beale", ["adam"], steps=3, start=[(1, 1.6), (-2, 2)])
    assert done.stdout.encode() == race.trace()
    drawn("--start", "1,1.6", "--start", "3,2", "-o", "a.png", folder=tmp_path)
    again = invoke("render", "--recipe", "a.png", "-o", "b.png", cwd=tmp_path)
    assert again.returncode == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_the_size_that_is_told_is_the_one_that_was_written(tmp_path):
    words = ["bowl", "sgd:lr=0.1", "--size", "321x241", "--steps", "3", "--seconds", "0.1"]
    done = invoke("render", *words, "-o", "a.mp4", "-o", "a.gif", cwd=tmp_path)
    sizes = re.findall(r"^  (\d+x\d+), ", done.stderr, re.MULTILINE)
    assert sizes == ["322x242", "321x241"]


def test_the_options_of_a_race_and_its_view_reach_the_recipe(tmp_path):
    done = invoke(
        "render", "bowl", "sgd:lr=0.1", "--steps", "10", "--seconds", "0.4", "--noise", "0.5",
        "--seed", "7", "--view", "split", "--panel", "loss", "--camera", "30,45", "--orbit", "90",
        "--save-recipe", "a.toml", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    recipe = library.load_recipe(tmp_path / "a.toml")
    assert (recipe.noise, recipe.seed, recipe.batch_size) == (0.5, 7, None)
    look = recipe.look
    assert (look.view, look.panels, look.camera, look.orbit) == ("split", ("loss",), (30, 45), 90)


@pytest.mark.parametrize(
    ("order", "options"),
    [
        (["noisy-moons", "--batch-size", "9", "--seed", "2"], {"batch_size": 9, "seed": 2}),
        (["bowl", "--noise", "0.5", "--seed", "3"], {"noise": 0.5, "seed": 3}),
    ],
)
def test_noise_and_internals_do_what_the_library_does(order, options):
    done = invoke("trace", *order, "sgd:decay=cosine", "--steps", "9", "--internals")
    race = library.compare(order[0], ["sgd:decay=cosine"], steps=9, **options)
    assert done.stdout.encode() == race.trace("csv", internals=True)


def test_what_became_of_all_is_told_on_standard_error_unless_quiet(tmp_path):
    order = ("render", "bowl", "sgd:lr=0.9", "adam:lr=0.001", *SMALL)
    told = "SGD and Adam are still 3.5 and 9.3 from the minimum after 10 steps."
    file = invoke(*order, "-o", "a.gif", cwd=tmp_path)
    assert file.stdout == "a.gif\n"
    assert told in file.stderr
    bundle = invoke(*order, "-o", "b", "--bundle", cwd=tmp_path)
    assert told in bundle.stderr
    piped = invoke(*order, "--format", "png", "-o", "-", cwd=tmp_path, text=False)
    assert (piped.stdout[:4], piped.stderr) == (b"\x89PNG", b"")
    quiet = invoke(*order, "-o", "a.gif", "-q", cwd=tmp_path)
    assert (quiet.stdout, quiet.stderr) == ("a.gif\n", "")


def test_words_that_are_cut_are_told_beside_the_result_unless_quiet(tmp_path):
    words = ["render", "bowl", "sgd:lr=0.1", "--title", "x" * 300, "--at", "3"]
    done = invoke(*words, "-o", "a.png", cwd=tmp_path)
    assert "  no room: title cut to 'xxxx" in done.stderr
    assert (
        "no room: title"
        in invoke(*words, "--format", "png", "-o", "-", cwd=tmp_path, text=False).stderr.decode()
    )
    assert invoke(*words, "-o", "a.png", "-q", cwd=tmp_path).stderr == ""


# What is listed and explained

LISTINGS = {
    "surfaces": library.surface_names,
    "problems": library.problem_names,
    "optimizers": library.optimizer_names,
    "schedules": library.schedule_names,
    "views": library.view_names,
    "panels": library.panel_names,
    "themes": library.theme_names,
    "languages": library.language_names,
    "formats": library.format_names,
    "places": library.place_names,
    "snippets": library.snippet_names,
}


@functools.cache
def listed():
    return invoke("list").stdout


@pytest.mark.parametrize("what", LISTINGS)
def test_the_listing_has_every_name(what):
    alone = invoke("list", what).stdout
    assert alone in listed()
    firsts = [line.split()[0] for line in alone.splitlines()]
    assert firsts[0] == what
    assert sorted(name for name in firsts if name in LISTINGS[what]()) == LISTINGS[what]()


def test_optimizers_are_listed_by_family_with_formula_defaults_and_source():
    lines = invoke("list", "optimizers").stdout.splitlines()
    families = [line.strip(" :") for line in lines if re.fullmatch("  [A-Za-z ]+:", line)]
    assert families == list(FAMILIES)
    start = next(i for i, line in enumerate(lines) if line.startswith("  rmsprop "))
    assert lines.index("  adaptive:") < start < lines.index("  Adam:")
    assert [line.strip() for line in lines[start : start + 4]] == [
        "rmsprop             each axis divided by the running size of its own gradient.",
        "s = beta s + (1 - beta) g^2; w = w - lr g / sqrt(s + eps)",
        "lr tuned (default 0.01), beta=0.9, eps=1e-08",
        "Tieleman and Hinton (2012), lecture 6.5, with eps inside the root as in the article this "
        "project grew from.",
    ]


def test_the_listing_for_machines_is_complete():
    facts = json.loads(invoke("list", "--json").stdout)
    assert {what: sorted(row["name"] for row in rows) for what, rows in facts.items()} == {
        what: names() for what, names in LISTINGS.items()
    }
    for row in facts["surfaces"]:
        surface = library.load_surface(row["name"])
        assert row["window"] == list(surface.window)
        assert row["minima"] == [list(point) for point in surface.minima]
        assert row["source"]
        assert (row["samples"], row["batch_size"]) == (surface.samples, surface.batch_size)
        assert row["parameters"] == dict(surface.parameters)
        assert row["aspect"] == surface.aspect
        assert row["domain"] == (list(surface.domain) if surface.domain else None)
        assert row["gradient_by"] == ("formula" if row["name"] == "noisy-moons" else "tape")
    for row in facts["optimizers"]:
        optimizer = library.load_optimizer(row["name"])
        assert row["settings"] == dict(optimizer.defaults)
        assert row["family"] == optimizer.family
        assert row["formula"] == optimizer.formula
        assert row["source"] == optimizer.source
    for rows in facts.values():
        assert all(row["summary"] for row in rows)


def test_the_listing_says_how_much_data_there_is():
    lines = [line.strip() for line in invoke("list", "surfaces").stdout.splitlines()]
    assert "100 samples, mini-batches of 5" in lines
    assert "11 samples, all at once" in lines
    assert sum("samples," in line for line in lines) == 2


def test_the_listing_shows_parameters_with_their_defaults():
    lines = invoke("list", "surfaces").stdout.splitlines()
    row = next(i for i, line in enumerate(lines) if line.startswith("  rosenbrock "))
    assert lines[row + 2].strip() == "a=1, b=100"


def test_the_listing_says_how_axes_are_drawn_and_how_far_a_surface_goes():
    lines = [line.strip() for line in invoke("list", "surfaces").stdout.splitlines()]
    assert "axes equal, nothing beyond -512,512,-512,512" in lines
    assert {"axes equal", "axes fill"} <= {*lines}


def test_one_listing_for_machines_is_the_same_part():
    facts = json.loads(invoke("list", "--json").stdout)
    for what in LISTINGS:
        assert json.loads(invoke("list", what, "--json").stdout) == {what: facts[what]}


def test_the_version_is_the_packages():
    assert invoke("--version").stdout == f"trajviz {library.__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_explains_itself_and_all_its_options(command, option):
    done = invoke(command, option)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: trajviz {command}")
    for parameter in cli.get_command(None, command).params:
        for word in parameter.opts if parameter.param_type_name == "option" else ():
            assert word in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_the_help_names_every_command():
    assert all(f"  {command} " in invoke("--help").stdout for command in COMMANDS)


def test_every_command_and_every_option_of_render_is_in_the_documentation():
    root = Path(__file__).parents[2]
    text = "".join(
        p.read_text(encoding="utf-8") for p in [root / "README.md", *root.glob("docs/*.md")]
    )
    assert [command for command in COMMANDS if f"trajviz {command}" not in text] == []
    words = [
        word
        for option in cli.get_command(None, "render").params
        if option.param_type_name == "option"
        for word in [*option.opts, *option.secondary_opts]
    ]
    assert [word for word in words if f"`{word}`" not in text and f"`{word} " not in text] == []


# Completion


def completed(line):
    """Return what bash would offer at the end of a line."""
    env = {
        "_TRAJVIZ_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
    }
    done = trajviz(env=env)
    assert done.stderr == ""
    return [offer.partition(",")[2] for offer in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("trajviz re", ["render"]),
        ("trajviz render be", ["beale"]),
        ("trajviz trace be", ["beale"]),
        ("trajviz render ", library.subject_names()),
        ("trajviz render beale ", library.optimizer_names()),
        ("trajviz render beale sgd adag", ["adagrad"]),
        ("trajviz render beale --theme ", library.theme_names()),
        ("trajviz render beale --theme d", ["dark"]),
        ("trajviz render beale --quie", ["--quiet"]),
        ("trajviz embed --as po", ["powerpoint"]),
        ("trajviz site --as ", site_kinds()),
    ],
)
def test_the_shell_completes(line, offers):
    assert completed(line) == offers


def test_the_script_for_the_shell_is_printed():
    done = trajviz(env={"_TRAJVIZ_COMPLETE": "bash_source"})
    assert "_TRAJVIZ_COMPLETE=bash_complete" in done.stdout


def test_the_command_is_beside_the_python_that_runs_the_tests():
    assert TRAJVIZ.exists()
    assert TRAJVIZ.parent == Path(sys.executable).parent


def test_the_command_alone_shows_its_help():
    done = invoke()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == invoke("--help").stdout


def test_the_examples_in_the_help_keep_their_lines():
    lines = [line.strip() for line in invoke("render", "--help").stdout.splitlines()]
    assert "trajviz render beale" in lines


@pytest.mark.long
@pytest.mark.parametrize("coding", ["cp1252", "cp437", "utf-8"])
def test_a_console_without_a_character_shows_its_escape(coding, tmp_path):
    env = {"PYTHONIOENCODING": coding, "PYTHONUTF8": "0"}
    done = trajviz("render", "nö-Ж", env=env, cwd=tmp_path, text=False)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert "nö-Ж".encode(coding, "backslashreplace") in done.stderr
    listed = trajviz("list", "surfaces", env=env, cwd=tmp_path, text=False)
    assert listed.returncode == 0
    assert b"styblinski" in listed.stdout


@pytest.mark.long
@pytest.mark.parametrize("coding", ["ascii", "cp1252"])
def test_what_show_and_embed_write_into_a_file_is_utf_8_whatever_the_console(coding, tmp_path):
    made = invoke("render", "bowl", *SMALL, "--title", "Žö", "-o", "a.gif", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    env = {"PYTHONIOENCODING": coding, "PYTHONUTF8": "0"}
    shown = trajviz("show", "a.gif", env=env, cwd=tmp_path, text=False)
    assert 'title = "Žö"' in shown.stdout.decode("utf-8")
    page = trajviz("embed", "a.gif", "--alt", "Žö", env=env, cwd=tmp_path, text=False)
    assert "Žö" in page.stdout.decode("utf-8")
