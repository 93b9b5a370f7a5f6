"""A block of a page: what its words, its body and a tool's options say, and what is wrong where."""

from pathlib import Path

import pytest

from trajviz.errors import TrajvizError
from trajviz.site.block import read_block
from trajviz.site.media import Store
from trajviz.site.page import Page
from trajviz.surface.catalogue import subject_names

HERE = Page("docs/index.md", 12, Path("docs"))


def block(words="bowl", body="", **more):
    return read_block(words, body, **{"page": HERE, **more})


def test_words_and_body_are_one_recipe():
    recipe = block("beale sgd:lr=0.1 'adam:label=my own'", "steps = 7\nat = [3]").recipe
    assert recipe.surface == "beale"
    assert [spec.label for spec in recipe.optimizers] == ["", "my own"]
    assert (recipe.steps, recipe.at) == (7, (3,))


def test_the_body_may_name_surface_and_optimizers():
    recipe = block("", 'surface = "x**2 + y**2"\n[[optimizers]]\nname = "adam"').recipe
    assert recipe.surface == "x**2 + y**2"
    assert recipe.optimizers[0].optimizer.name == "adam"
    assert block("bowl", 'optimizers = ["adam"]').recipe.optimizers


def test_a_tools_options_are_read_as_on_the_command_line():
    options = {"max-bytes": "1MB", "field": "", "start": "1,1.6", "panel": "loss\nstep-size"}
    recipe = block(options={**options, "alt": "A bowl."}, body="steps = 7")
    assert recipe.alt == "A bowl."
    assert recipe.recipe == block(
        body='steps = 7\nmax_bytes = 1000000\nfield = true\nstart = [1, 1.6]\n'
        'panels = ["loss", "step-size"]',
    ).recipe  # fmt: skip


def test_paths_relate_to_the_folder_of_the_page():
    recipe = block("./own.py", 'theme = "own.toml"\npaths = ["a.csv"]', trust=True)
    assert recipe.recipe.surface == str(Path("docs/own.py"))
    assert recipe.recipe.paths == (str(Path("docs/a.csv")),)
    assert recipe.recipe.look.theme == str(Path("docs/own.toml"))


@pytest.mark.parametrize(
    ("words", "body", "said"),
    [
        ("beale", 'surface = "bowl"', "line 13: surface is given twice"),
        ("beale sgd", 'optimizers = ["adam"]', "line 13: optimizers is given twice"),
        ("beale 'sgd", "", "line 12: \"beale 'sgd\": No closing quotation"),
        ("beale --theme dark", "", "line 12: '--theme': options are keys of the block"),
        ("", "", "line 12: surface is missing"),
        ("beale adm", "", "line 12: optimizers: 1: unknown optimizer 'adm', did you mean 'adam'?"),
        ("beale", "steps = 7\n\nstep =", "line 15: Invalid value"),
        ("beale", "steps = 7\nalt = ", "line 14: Invalid value"),
        ("beale", 'stps = 7', "line 13: unknown key 'stps', did you mean 'steps'?"),
        ("beale", 'steps = "many"', "line 13: steps: 'many' is not a whole number"),
        ("beale", 'outputs = ["a.gif"]', "line 13: outputs is no key of a block"),
        ("beale", 'format = "pdf"', "line 13: unknown format of a page: 'pdf'"),
        ("beale", "at = [3, 5]", "line 13: at: a block shows one step"),
        ("beale", "alt = 5", "line 13: alt: 5 is not a text"),
        ("./own.py", "", "line 12: it names './own.py', which would be run"),
        ("beale ./own.py:mine", "", "line 12: it names './own.py:mine', which would be run"),
        ("beale", "a = " + "[" * 40, "line 12: this is no recipe"),
        ("beale", 'seed = 1\ntitle = """\nsteps = 7"""\nsteps = true', "line 16: steps: True"),
        ("", 'seed = 1\nsurface = "./own.py"', "line 14: it names './own.py', which would be run"),
        (
            "beale",
            '[[optimizers]]\nname = "sgd"\nlr = 0.1\n\n[[optimizers]]\nname = "adm"',
            "line 17: optimizers: 2: unknown optimizer 'adm'",
        ),
        ("beale", '# first\n\n  size = [160]', "line 15: size: [160] is not a list of 2"),
        ("beale", 'start = [1, 2, 3]\nsteps = 4', "line 13: start '1,2,3' is not"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_page_and_line(words, body, said):
    with pytest.raises(TrajvizError) as raised:
        block(words, body)
    assert str(raised.value).startswith(f"docs/index.md, {said}")
    assert "\n" not in str(raised.value)


def test_a_mistake_in_a_body_that_begins_elsewhere_is_told_with_its_line():
    page = Page("docs/index.rst", 12, Path("docs"), body_line=17)
    with pytest.raises(TrajvizError, match=r"^docs/index.rst, line 18: "):
        block(body="steps = 7\nsteps =", page=page)


@pytest.mark.parametrize(
    ("words", "body", "said"),
    [
        ("beale", 'steps = 5\ntheme = "darc"', "line 14: unknown theme 'darc'"),
        ("", 'steps = 5\nsurface = "beal"', "line 14: unknown surface 'beal'"),
        ("beal", 'steps = 5\ntitle = "surface"', "line 12: unknown surface 'beal'"),
        ("bowl", 'format = "gif"\nmax_bytes = 10', "line 12: 10 bytes do not hold this"),
    ],
)
def test_a_mistake_that_only_rendering_tells_is_told_with_the_line_of_its_key(
    words, body, said, tmp_path
):
    with pytest.raises(TrajvizError) as raised:
        Store(tmp_path).media(block(words, f"{body}\nseconds = 0.2"), "html")
    assert str(raised.value).startswith(f"docs/index.md, {said}")


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [("steps", "many", "steps: 'many' is not"), ("field", "perhaps", "field: unknown switch")],
)
def test_a_mistake_in_an_option_is_told_with_its_name(option, text, said):
    with pytest.raises(TrajvizError, match=f"^docs/index.md, line 12: {said}"):
        block(options={option: text})


@pytest.mark.parametrize(
    ("body", "kind", "formats"),
    [
        ("", "html", ("gif", "mp4", "png")),
        ('format = "html"', "html", ("html", "png")),
        ('format = "svg"\nanimate = true', "html", ("anim.svg", "png")),
        ('format = "svg"', "html", ("svg",)),
        ("strip = [2, 5]", "html", ("png",)),
        ("at = [2]", "html", ("png",)),
        ('format = "html"', "latex", ("anim.pdf", "pdf")),
    ],
)
def test_a_block_is_shown_in_the_formats_of_its_recipe_else_in_those_of_the_place(
    body, kind, formats
):
    assert block(body=body).formats(kind) == formats


@pytest.mark.parametrize("surface", [*subject_names(), "x**2 + 20*y**2", "./my own.py:a=2"])
def test_a_name_of_files_is_letters_digits_and_hyphens(surface):
    name = block(f"'{surface}'", trust=True).name
    assert name.replace("-", "").isalnum()
    assert name == name.strip("-").lower()
