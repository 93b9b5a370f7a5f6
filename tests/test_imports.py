"""Who may import whom: the table of rooms, and what each command leaves unloaded."""

import ast
import functools
import re
import sys
from pathlib import Path

import pytest
from programs import TRAJVIZ, loaded

import trajviz

PACKAGE = Path(trajviz.__file__).parent
CHECKOUT = PACKAGE.parent

ORDER = ("surface", "optimizers", "recipe", "descent", "scene", "animation", "files")
"""The rooms in the order in which a value passes through them: each may import those before it."""

VERBS = ("race", "sensitivity", "embedding")
"""What is done with all of them: each a file beside the rooms."""

LEAVES = ("docstrings", "ending", "errors", "frozen", "memory", "printed", "signals", "untrusted")
"""What every room may ask: each a file that needs the standard library alone."""

LIBRARIES = {
    **dict.fromkeys(LEAVES, ""),
    "surface": "numpy",
    "surface.jax_function": "numpy jax",
    "surface.torch_model": "numpy torch",
    "optimizers": "numpy",
    "optimizers.adapters": "numpy jax keras optax scipy torch",
    "recipe": "numpy",
    "descent": "numpy",
    "descent.checkpoints": "numpy torch",
    "scene": "numpy PIL contourpy fontTools matplotlib",
    "animation": "numpy",
    "files": "numpy PIL imageio imageio_ffmpeg",
    "race": "",
    "sensitivity": "",
    "embedding": "",
    "gallery": "distributed jinja2",
    "site": "",
    "site.mkdocs": "mkdocs",
    "site.sphinx": "docutils sphinx",
    "cli": "click",
    "__init__": "",
    "__main__": "",
}
"""What each room may import of others, beyond the standard library."""

OURS = {
    **dict.fromkeys(LEAVES, "errors"),
    **{room: " ".join((*LEAVES, *ORDER[: place + 1])) for place, room in enumerate(ORDER)},
    **dict.fromkeys(VERBS, " ".join((*LEAVES, *ORDER, *VERBS))),
    "gallery": " ".join((*LEAVES, *ORDER, *VERBS, "gallery")),
    "site": " ".join((*LEAVES, *ORDER, *VERBS, "gallery", "site")),
    "cli": " ".join((*LEAVES, *ORDER, *VERBS, "gallery", "site", "cli")),
    "__init__": " ".join((*LEAVES, *ORDER, *VERBS)),
    "__main__": "cli ending memory printed signals",
}
"""What each room may import of the package; type-only imports are no exception.

`trajviz` itself, which imports nothing before it is asked to, is open to the rooms above files.
"""

ROOMS = {room: f"{OURS[room.partition('.')[0]]} {LIBRARIES[room]}" for room in LIBRARIES}
for _room in ("files", *VERBS, "gallery", "site", "site.sphinx", "cli"):
    ROOMS[_room] += " trajviz"

ONE_HOME = {
    "click": "cli",
    "contourpy": "scene.views._level_lines",
    "distributed": "gallery.executor",
    "docutils": "site.sphinx",
    "imageio": "files.formats._imageio_encoder",
    "imageio_ffmpeg": "files.formats._ffmpeg",
    "jax": "optimizers.adapters.optax surface.jax_function",
    "jinja2": "gallery.page",
    "keras": "optimizers.adapters.keras",
    "matplotlib": "scene",
    "mkdocs": "site.mkdocs",
    "optax": "optimizers.adapters.optax",
    "scipy": "optimizers.adapters.scipy",
    "sphinx": "site.sphinx",
    "torch": "optimizers.adapters.torch optimizers.adapters._torch_steps descent.checkpoints "
    "surface.torch_model",
}
"""What only these modules, or this room, may import.

A part of torch's adapter has its own file, and torch alone reads its checkpoints.
"""

DYNAMIC = {
    "__init__",
    "cli._commands",
    "files.registry",
    "gallery.versions",
    "optimizers.adapters",
    "optimizers.objects",
    "optimizers.own",
    "optimizers.rules",
    "scene.fonts",
    "scene.registry",
    "surface.definition",
}
"""Who may import by a name made at run time, or look where a module lies."""


def room_of(path):
    name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    return name.removesuffix(".__init__")


MODULES = {room_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def row_for(table, module):
    fitting = [room for room in table if f"{module}.".startswith(f"{room}.")]
    return set(table[max(fitting, key=len)].split()) if fitting else set()


def text_of(path):
    return path.read_text(encoding="utf-8")


@functools.cache
def imported(path):
    """Return each import as a dotted name, and whether it is for the type checker alone."""
    found, tree = [], ast.parse(text_of(path))
    guards = [n for n in ast.walk(tree) if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.dump(n)]
    hidden = {id(inner) for guard in guards for inner in ast.walk(guard)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found += [(name, id(node) in hidden) for name in names]
    return found


def source(name):
    """Return where an import comes from: a module of ours without `trajviz.`, or a package."""
    first, _, rest = name.partition(".")
    if first != "trajviz":
        return first
    while rest and rest not in MODULES:
        rest = rest.rpartition(".")[0]
    return rest or "trajviz"


@functools.cache
def needed(module, for_types):
    """Return what a module imports beyond itself and the standard library."""
    names = [n for n, hidden in imported(MODULES[module]) if hidden is for_types]
    beyond = [name for name in names if name.partition(".")[0] not in sys.stdlib_module_names]
    return {source(name) for name in beyond} - {module}


def everything(module):
    return needed(module, for_types=False) | needed(module, for_types=True)


def permits(row, name):
    return any(f"{name}.".startswith(f"{allowed}.") for allowed in row)


def test_a_module_imports_only_what_its_room_may():
    too_much = {
        module: [name for name in everything(module) if not permits(row_for(ROOMS, module), name)]
        for module in MODULES
    }
    assert {module: names for module, names in too_much.items() if names} == {}


def test_the_package_is_ten_rooms_and_a_handful_of_files():
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    files = {path.stem for path in PACKAGE.glob("*.py")}
    assert folders == {*ORDER, "gallery", "site", "cli"}
    assert files == {"__init__", "__main__", *LEAVES, *VERBS}


def test_no_two_modules_import_each_other():
    """No circle, imports for the type checker and within functions included."""
    arrows = {m: everything(m) & MODULES.keys() for m in MODULES if m != "__init__"}
    while free := [module for module, names in arrows.items() if not names & arrows.keys()]:
        for module in free:
            del arrows[module]
    assert arrows == {}


@pytest.mark.parametrize("row", LIBRARIES.values(), ids=LIBRARIES)
def test_the_table_allows_no_library_that_nobody_needs(row):
    members = [name for name in MODULES if row_for(LIBRARIES, name) == set(row.split())]
    used = {name for module in members for name in everything(module)}
    assert [library for library in row.split() if library not in used] == []


@pytest.mark.parametrize(("package", "homes"), ONE_HOME.items())
def test_a_package_with_a_home_is_imported_there_alone(package, homes):
    users = [module for module in MODULES if package in everything(module)]
    assert users
    assert [module for module in users if not permits(set(homes.split()), module)] == []


def test_only_those_who_find_files_by_name_import_dynamically():
    dynamic = {
        module
        for module, path in MODULES.items()
        if any(source(name) == "importlib" for name, _ in imported(path))
    }
    assert dynamic == DYNAMIC
    called = re.compile(r"(?<![\"'])__import__")  # in a text it is for another process
    assert [path for path in MODULES.values() if called.search(text_of(path))] == []


def test_every_frozen_dataclass_is_one_that_is_quick_to_define():
    frozen = [p for p in MODULES.values() if "@dataclass(frozen=True" in text_of(p)]
    assert frozen
    assert [path for path in frozen if "trajviz.frozen import dataclass" not in text_of(path)] == []


SURFACES = sorted(CHECKOUT.glob("surfaces/*.py"))


PLOT = MODULES["scene.matplotlib_axes"]
"""What draws into a user's own figure, or into a new one of pyplot's where they name none."""


def test_nobody_touches_pyplot_but_who_draws_into_a_users_figure():
    everywhere = [*MODULES.values(), *SURFACES]
    loading = re.compile(r"^\s*(?:import|from) .*pyplot", re.MULTILINE)
    assert [path for path in everywhere if loading.search(text_of(path))] == [PLOT]
    assert loading.findall(text_of(PLOT)) == ["        import matplotlib.pyplot"]


def test_a_surface_file_imports_our_surface_or_problem_and_error_numpy_and_paths_alone():
    assert SURFACES
    for path in SURFACES:
        names = {name for name, _ in imported(path)}
        made = names & {"trajviz.Surface", "trajviz.Problem"}
        assert len(made) == 1, path
        assert names <= {"trajviz.TrajvizError", "numpy", "pathlib.Path", *made}, path


def test_the_surfaces_are_a_folder_of_files_and_no_package():
    assert list(CHECKOUT.glob("surfaces/*.py"))
    assert not (CHECKOUT / "surfaces" / "__init__.py").exists()
    assert not (CHECKOUT / "trajviz" / "surfaces").exists()


# What is not loaded


HEAVY = {"numpy", "matplotlib", "PIL", "imageio", "imageio_ffmpeg", "contourpy"}

EXPLAINS = {
    "import": ["-c", "import trajviz; dir(trajviz); trajviz.__version__"],
    "help": [TRAJVIZ, "--help"],
    "version": [TRAJVIZ, "--version"],
    "help of render": [TRAJVIZ, "render", "--help"],
    "help of trace": [TRAJVIZ, "trace", "--help"],
    "help of list": [TRAJVIZ, "list", "--help"],
    "help of embed": [TRAJVIZ, "embed", "--help"],
}


@pytest.mark.parametrize("command", EXPLAINS.values(), ids=EXPLAINS)
def test_what_only_explains_loads_nothing_heavy(command, tmp_path):
    assert loaded(*command, folder=tmp_path) & HEAVY == set()


@pytest.mark.parametrize("words", ["trajviz render be", "trajviz render beale ad", "trajviz --he"])
def test_completion_loads_neither_matplotlib_nor_imageio(words, tmp_path):
    env = {
        "_TRAJVIZ_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }
    seen = loaded(TRAJVIZ, folder=tmp_path, **env)
    assert seen & {"matplotlib", "imageio", "imageio_ffmpeg", "contourpy"} == set()


def test_the_listing_loads_neither_matplotlib_nor_imageio(tmp_path):
    seen = loaded(TRAJVIZ, "list", folder=tmp_path)
    assert seen & {"matplotlib", "imageio", "imageio_ffmpeg", "contourpy"} == set()
    assert "numpy" in seen  # the way of looking does see what is loaded


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["gif", "png"])
def test_drawing_pixels_loads_neither_matplotlib_nor_imageio(suffix, tmp_path):
    seen = loaded(
        TRAJVIZ, "render", "bowl", "--seconds", "0.2", "-o", f"bowl.{suffix}", folder=tmp_path
    )
    assert (tmp_path / f"bowl.{suffix}").stat().st_size
    assert seen & {"matplotlib", "imageio", "imageio_ffmpeg", "contourpy", "fontTools"} == set()


def test_a_drawing_loads_no_matplotlib(tmp_path):
    seen = loaded(TRAJVIZ, "render", "bowl", "-o", "bowl.svg", folder=tmp_path)
    assert (tmp_path / "bowl.svg").stat().st_size
    assert seen & {"matplotlib", "imageio", "imageio_ffmpeg"} == set()


def test_a_film_loads_its_encoder_and_no_matplotlib(tmp_path):
    seen = loaded(TRAJVIZ, "render", "bowl", "--seconds", "0.2", "-o", "bowl.mp4", folder=tmp_path)
    assert seen & {"matplotlib", "imageio_ffmpeg", "contourpy"} == {"imageio_ffmpeg"}


def test_numbers_alone_load_no_drawing_library(tmp_path):
    seen = loaded(TRAJVIZ, "trace", "bowl", "sgd", "-o", "bowl.csv", folder=tmp_path)
    assert seen & {"matplotlib", "imageio", "imageio_ffmpeg", "contourpy"} == set()
