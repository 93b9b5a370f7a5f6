"""What a file says of itself: written by every format, found again, and harmless whatever it is."""

import dataclasses
import functools
import json
import os
import subprocess
import sys
import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image
from programs import judge, trajviz
from races import race

from trajviz import __version__
from trajviz.errors import TrajvizError
from trajviz.files import metadata
from trajviz.files.containers import xmp
from trajviz.files.formats import all_containers, format_names, load_format
from trajviz.files.metadata import (
    MOST_CHARACTERS,
    is_rendered,
    load_recipe,
    note_of,
    read_note,
)
from trajviz.race import Race, compare, run
from trajviz.recipe import toml
from trajviz.recipe.recipe import Look, Recipe
from trajviz.recipe.spec import parse_spec
from trajviz.surface import Surface

NOTED = [name for name in format_names() if load_format(name).container.find_note]
SHORT = {"size": (160, 120), "steps": 8, "seconds": 0.4, "hold": 0.2, "fps": 10}
AWKWARD = 'Ünï 中 😀 </script> & "x" \\u0041 \x1b[31m \u202e ]]> (a\\)'
OWN = """
from pathlib import Path
from trajviz import Surface
Path("ran").touch()
surface = Surface(lambda x, y: x * x + y * y, window=(-1, 1, -1, 1), start=(0.5, 0.5))
"""


def small(**options):
    return race("bowl", ("sgd", "adam:lr=0.1,label=mine"), **SHORT, **options)


@functools.cache
def bytes_of(name):
    return small(title="Ünï & <b>").to_bytes(name)


def file_of(folder, name, data=None):
    path = folder / f"race.{name}"
    path.write_bytes(bytes_of(name) if data is None else data)
    return path


# Written and found


@pytest.mark.long
@pytest.mark.parametrize("name", NOTED)
def test_every_format_holds_the_version_and_the_complete_recipe(name, tmp_path):
    note = read_note(file_of(tmp_path, name))
    assert note.version == __version__
    assert note.text == note_of(small(title="Ünï & <b>").recipe)
    assert note.table == tomllib.loads(note.text)
    unsaid = {
        "outputs", "format", "metadata", "max_bytes", "batch_size", "camera", "trail", "until",
        "seeds",
    }  # fmt: skip
    keys = {"pix_fmt" if key == "pixel_format" else key for key in Recipe.kinds()}
    assert set(note.table) == keys - unsaid - {"made_in_python"}
    assert note.table["title"] == "Ünï & <b>"
    assert note.table["optimizers"][0]["lr_rule"] == "tuned"


@pytest.mark.long
@pytest.mark.parametrize("name", NOTED)
def test_every_format_rendered_again_has_identical_bytes(name, tmp_path):
    path = file_of(tmp_path, name)
    assert run(load_recipe(path)).to_bytes(name) == path.read_bytes()


@pytest.mark.long
@pytest.mark.parametrize("name", format_names())
def test_every_format_can_leave_it_out(name, tmp_path):
    with pytest.raises(TrajvizError, match="holds no recipe"):
        read_note(small(metadata=False).save(tmp_path / f"race.{name}"))


@pytest.mark.long
@pytest.mark.parametrize("name", NOTED)
def test_what_was_made_in_python_is_named_and_not_rendered_again(name, tmp_path):
    own = Surface(lambda x, y: x * x + y * y, window=(-1, 1, -1, 1), start=(0.5, 0.5))
    path = compare(own, ["sgd:lr=0.1"], **SHORT).save(tmp_path / f"race.{name}")
    note = read_note(path)
    assert note.version == __version__
    assert note.table["made_in_python"] == ["the surface f(x, y)"]
    assert "surface" not in note.table
    with pytest.raises(TrajvizError, match=r"again: the surface f\(x, y\) was made in Python"):
        load_recipe(path)


@pytest.mark.long
@pytest.mark.parametrize("name", [n for n in NOTED if load_format(n).kind == "still"])
def test_a_still_says_of_which_step_it_is_if_one_was_asked_for(name, tmp_path):
    assert read_note(small().save(tmp_path / f"race.{name}", at=5)).table["at"] == [5]
    assert read_note(small().save(tmp_path / f"race.{name}")).table["at"] == []


@pytest.mark.long
def test_a_name_without_a_suffix_is_known_by_what_it_holds(tmp_path):
    for name in NOTED:
        (tmp_path / "file").write_bytes(bytes_of(name))
        assert is_rendered(tmp_path / "file")
        assert read_note(tmp_path / "file").version == __version__


def test_a_file_longer_than_what_is_looked_at_is_read_at_its_ends(tmp_path):
    film = bytes_of("mp4")
    path = tmp_path / "race.mp4"
    path.write_bytes(film + (9 << 20).to_bytes(4, "big") + b"free" + bytes((9 << 20) - 8))
    assert read_note(path).version == __version__
    picture = b"RIFF\0\0\0\0WEBP" + bytes(9 << 20)
    path.write_bytes(picture + xmp.packet(note_of(Recipe("bowl"))))
    assert read_note(path).table["surface"] == "bowl"


# Other people's readers


@pytest.mark.parametrize("name", ["mp4", "avi", "mkv", "mov"])
def test_ffprobe_finds_the_comment_of_a_film(name, tmp_path):
    told = judge("ffprobe", "-v", "error", "-show_format", "-of", "json", file_of(tmp_path, name))
    tags = {key.lower(): value for key, value in json.loads(told)["format"]["tags"].items()}
    assert tags["comment"] == read_note(file_of(tmp_path, name)).text


def test_gifsicle_finds_the_comment_of_a_gif(tmp_path):
    told = judge("gifsicle", "--info", file_of(tmp_path, "gif")).decode()
    assert f"comment # trajviz {__version__}" in told


@pytest.mark.parametrize(
    ("name", "key"), [("gif", "comment"), ("png", "trajviz"), ("jpg", "comment")]
)
def test_pillow_finds_the_text_of_a_picture(name, key, tmp_path):
    with Image.open(file_of(tmp_path, name)) as image:
        image.load()
        found = image.info[key]
    text = found.decode() if isinstance(found, bytes) else found
    assert text == read_note(file_of(tmp_path, name)).text


# What the text may say


@pytest.mark.long
@pytest.mark.parametrize("name", NOTED)
def test_no_character_of_a_recipe_breaks_out_of_its_container(name, tmp_path):
    plain = small()
    asked = dataclasses.replace(plain.request, surface="", metadata=True)
    awkward = dataclasses.replace(asked, surface="bowl", look=Look((160, 120), view=AWKWARD))
    chosen = load_format(name)
    note = note_of(awkward)
    path = tmp_path / f"race.{name}"
    if chosen.kind == "animation":
        told = [plain.outcome] if chosen.runs else []
        chosen.write(path, plain.animation, plain.playback, lambda _done, _all: None, note, *told)
    else:
        chosen.write(path, plain.scene, 8, note)
    assert read_note(path).text == note
    assert read_note(path).table["view"] == AWKWARD


@given(st.text())
@example(AWKWARD)
@example("".join(map(chr, range(0x120))) + "\ufffe\uffff\U0010ffff")
def test_a_note_is_printable_ascii_without_markup_and_says_the_recipe(text):
    recipe = Recipe("bowl", (parse_spec("sgd:lr=0.1"),), look=Look(view=text))
    note = note_of(recipe)
    assert note.isascii()
    assert note.replace("\n", "").isprintable()
    assert not set(note) & set("<>&")
    assert tomllib.loads(note)["view"] == text


@given(text=st.text())
@example(text=AWKWARD)
@example(text="\\u0041 \\\\u0041 \\")
def test_what_is_shown_says_the_same_and_nothing_to_a_terminal(text, tmp_path_factory):
    path = tmp_path_factory.mktemp("shown") / "race.gif"
    note = note_of(Recipe("bowl", look=Look(view=text)))
    path.write_bytes(b"GIF89a" + bytes(7) + b"!\xfe" + blocks(note) + b"\0;")
    shown = read_note(path).readable
    assert tomllib.loads(shown)["view"] == text
    assert shown.replace("\n", "").isprintable()


def blocks(text):
    data = text.encode()
    parts = [data[place : place + 255] for place in range(0, len(data), 255)]
    return b"".join(bytes([len(part)]) + part for part in parts)


def test_a_recipe_too_long_for_a_file_is_refused_before_anything_is_written(tmp_path):
    path = tmp_path / "race.gif"
    path.write_bytes(b"old")
    asked = small().request.changed(view=MOST_CHARACTERS * "x")
    long = Race(dataclasses.replace(small().outcome, recipe=asked))
    with pytest.raises(TrajvizError, match=r"leave it out with --no-metadata \(metadata=False\)"):
        long.save(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


# Files that it names


@pytest.mark.parametrize(
    "folder", ["", "surfaces/", "../elsewhere/", "~/secret/", "/home/somebody/secret/"]
)
def test_of_files_the_name_is_told_and_not_where_they_lie(folder):
    look = Look(theme=f"{folder}a.toml")
    note = note_of(Recipe(f"{folder}mine.py:b=10", look=look, paths=(f"{folder}a.csv",)))
    table = tomllib.loads(note)
    assert (table["surface"], table["theme"]) == ("mine.py:b=10", "a.toml")
    assert table["paths"] == ["a.csv"]


def test_the_note_does_not_depend_on_how_a_number_is_spelled():
    whole = Recipe("bowl", start=(1, 2), window=(0, 1, 0, 1), look=Look(camera=(30, 0), orbit=1))
    exact = Recipe(
        "bowl", start=(1.0, 2.0), window=(0.0, 1.0, 0.0, 1.0),
        look=Look(camera=(30.0, 0.0), orbit=1.0),
    )  # fmt: skip
    assert note_of(whole) == note_of(exact)
    assert "start = [1.0, 2.0]" in note_of(whole)


@pytest.mark.parametrize("place", ["beside", "here"])
def test_a_file_that_is_named_is_found_beside_the_picture_or_in_the_current_folder(
    place, tmp_path, monkeypatch
):
    here, beside = tmp_path / "here", tmp_path / "beside"
    here.mkdir()
    beside.mkdir()
    monkeypatch.chdir(here)
    (tmp_path / place / "mine.py").write_text(OWN.replace("x * x", "7 * x"))
    surface = str(tmp_path / place / "mine.py")
    path = compare(surface, ["sgd:lr=0.1"], **SHORT).save(beside / "race.png")
    assert run(load_recipe(path, trust=True)).to_bytes("png") == path.read_bytes()


def test_a_python_file_runs_when_it_is_trusted_and_not_before(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(OWN)
    path = compare("mine.py", ["sgd:lr=0.1"], **SHORT).save("race.gif")
    (tmp_path / "ran").unlink()
    assert read_note(path).table["surface"] == "mine.py"
    with pytest.raises(TrajvizError, match=r"race\.gif: it names 'mine\.py', which would be run"):
        load_recipe(path)
    assert not (tmp_path / "ran").exists()
    assert run(load_recipe(path, trust=True)).to_bytes("gif") == path.read_bytes()
    assert (tmp_path / "ran").exists()


def holding(folder, text):
    path = folder / "race.gif"
    path.write_bytes(b"GIF89a" + bytes(7) + b"!\xfe" + blocks("# trajviz 9\n" + text) + b"\0;")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "surface = '/etc/mine.py'",
        "surface = '../mine.py'",
        "surface = './mine.py'",
        "surface = '~mine.py'",
        "surface = 'a/../../mine.py:b=1'",
        "surface = '~/mine.py'",
        r"surface = 'C:\mine.py'",
        r"surface = 'C:mine.py'",
        r"surface = '\\server\share\mine.py'",
        "surface = 'bowl'\ntheme = '/etc/a.toml'",
        "surface = 'bowl'\npaths = ['a.csv', '/etc/passwd']",
        "surface = 'bowl'\noptimizers = ['/mine.py:Mine']",
        "surface = 'bowl'\noptimizers = [{name = '../mine.py:Mine'}]",
    ],
)
def test_a_rendered_file_names_no_folders(text, tmp_path):
    path = holding(tmp_path, text)
    assert read_note(path).table
    with pytest.raises(TrajvizError, match="a rendered file may name no folders"):
        load_recipe(path, trust=True)


@pytest.mark.parametrize(
    "name", ["mine.py:Mine", "mine.py", "os:system", "package.module:Mine", "sgd.py:lr"]
)
@pytest.mark.parametrize("spelled", ["'{}'", "{{name = '{}'}}"])
def test_an_optimizer_in_a_python_file_or_module_needs_trust_too(name, spelled, tmp_path):
    text = f"surface = 'bowl'\noptimizers = ['adam:lr=0.1', {spelled.format(name)}]"
    with pytest.raises(TrajvizError, match=f"it names '{name}', which would be run"):
        load_recipe(holding(tmp_path, text))


@pytest.mark.parametrize("base", ["mine.py:Mine", "mine.py", "os:system"])
@pytest.mark.parametrize(
    "spelled",
    [
        "'torch.Wrapper:lr=0.1,base={}'",
        "'torch.Wrapper:base = {},lr=0.1'",
        "'torch.Wrapper:base=\"{}\"'",
        "{{name = 'torch.Wrapper', base = '{}'}}",
    ],
)
def test_an_optimizer_that_another_wraps_needs_trust_too(base, spelled, tmp_path):
    text = f"surface = 'bowl'\noptimizers = [{spelled.format(base)}]"
    with pytest.raises(TrajvizError, match=f"it names '.*{base}', which would be run"):
        load_recipe(holding(tmp_path, text))


@pytest.mark.parametrize(
    "name", ["race.gif", "race.mp4", "race", "race.toml.gif", "race.txt", ".toml"]
)
@pytest.mark.parametrize("trust", [True, False])
def test_a_text_that_is_no_toml_file_is_no_recipe_and_runs_nothing(
    name, trust, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(OWN)
    (tmp_path / name).write_text('surface = "mine.py"\n')
    with pytest.raises(TrajvizError, match=f"{name}' holds no recipe: .* ends in .toml"):
        run(load_recipe(tmp_path / name, trust))
    assert not (tmp_path / "ran").exists()


def test_a_picture_that_is_called_a_recipe_is_still_a_picture(tmp_path):
    holding(tmp_path, "surface = 'mine.py'").rename(tmp_path / "race.toml")
    with pytest.raises(TrajvizError, match="which would be run"):
        load_recipe(tmp_path / "race.toml")


def test_a_recipe_through_a_pipe_is_relative_to_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(OWN)
    (tmp_path / "elsewhere").mkdir()
    pipe = tmp_path / "elsewhere" / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["sh", "-c", f"echo 'surface = \"mine.py\"' > {pipe}"]):
        assert load_recipe(pipe).surface == "mine.py"


@pytest.mark.parametrize("text", ["paths = 5", "optimizers = 5", "optimizers = [5]", "theme = 5"])
def test_what_is_of_a_wrong_type_is_refused_by_its_key(text, tmp_path):
    with pytest.raises(TrajvizError, match=text.split()[0]):
        load_recipe(holding(tmp_path, f"surface = 'bowl'\n{text}"))


def test_a_rendered_file_says_nothing_of_where_to_write(tmp_path):
    text = "surface = 'bowl'\noutputs = ['/etc/passwd.gif']\nformat = 'png'\nmetadata = false"
    recipe = load_recipe(holding(tmp_path, text))
    assert (recipe.outputs, recipe.format, recipe.metadata) == ((), "", True)


def test_a_toml_file_is_still_a_recipe(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('surface = "./mine.py"\ntheme = "/a.toml"\n')
    assert load_recipe(path) == toml.load_recipe(path)


# Foreign, cut short, hostile


def test_what_is_no_file_or_holds_nothing_is_refused_in_one_line(tmp_path):
    for name, data in {
        "empty.gif": b"",
        "text.gif": b"surface = 'bowl'",
        "zero.mp4": bytes(99),
    }.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(TrajvizError, match=f"{name}' holds no recipe"):
            read_note(tmp_path / name)
    for path in (tmp_path, tmp_path / "none.gif", "/dev/null"):
        with pytest.raises(TrajvizError, match="no file"):
            read_note(path)
        assert not is_rendered(path)


def foreign(folder, name):
    path = folder / f"foreign.{name}"
    image = Image.new("RGB", (8, 8), "teal")
    image.save(path, save_all=name in ("gif", "webp"), append_images=[Image.new("RGB", (8, 8))])
    return path


@pytest.mark.parametrize("name", ["gif", "png", "webp", "pdf", "jpg", "tif", "bmp"])
def test_a_picture_by_another_program_holds_no_recipe(name, tmp_path):
    with pytest.raises(TrajvizError, match="holds no recipe"):
        read_note(foreign(tmp_path, name))


@pytest.mark.parametrize(
    "text",
    [
        "surface = 'bowl'\n\x1b[31m",
        "surface = 'bowl'\nü",
        "surface = \n",
        f"surface = 'bowl'\nsteps = {'9' * 5000}\n",
        f"x = {'[' * 5000}\n",
        "#" * MOST_CHARACTERS,
    ],
    ids=lambda text: repr(text[:40]),
)
def test_a_comment_that_is_no_plain_toml_is_no_recipe(text, tmp_path):
    with pytest.raises(TrajvizError, match="holds no recipe"):
        read_note(holding(tmp_path, text))


def disturbed(data):
    """Return pieces of a file: cut short, with some bytes changed, lost or repeated."""
    place = st.integers(0, len(data) - 1)
    cut = place.map(lambda end: data[:end])
    lost = st.tuples(place, st.integers(1, 9)).map(lambda p: data[: p[0]] + data[sum(p) :])
    twice = st.tuples(place, st.integers(1, 99)).map(lambda p: data[: sum(p)] + data[p[0] :])

    def changed(edits):
        copy = bytearray(data)
        for where, value in edits.items():
            copy[where] = value
        return bytes(copy)

    early = st.integers(0, min(len(data), 1500) - 1)
    edits = st.dictionaries(early | place, st.sampled_from([0, 1, 127, 128, 255]), min_size=1)
    return cut | lost | twice | edits.map(changed)


@pytest.mark.long
@pytest.mark.parametrize("name", format_names())
@given(data=st.data())
def test_a_damaged_file_holds_its_note_another_or_none(name, data, tmp_path_factory):
    path = tmp_path_factory.mktemp("damaged") / "file"
    path.write_bytes(data.draw(disturbed(bytes_of(name))))
    try:
        note = read_note(path)
    except TrajvizError:
        return
    assert note.text.isascii()
    json.dumps(note.table, default=str)


HEADS = [
    b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x18ftypisom", b"\x1a\x45\xdf\xa3",
    b"RIFF\0\0\0\0WEBP",
    b"\0\0\0\x18ftypavif", b"%PDF-1.4", b"<svg>", b"\0\0\0\x14ftypqt  ", b"RIFF\0\0\0\0AVI ",
    b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"BM" + bytes(12) + b"\x28\0\0\0",
]  # fmt: skip


@pytest.mark.parametrize("head", HEADS)
@given(tail=st.binary(max_size=200))
@example(tail=bytes(200))
@example(tail=b"\xff" * 200)
@example(tail=b"\x80" * 200)
def test_any_bytes_after_any_head_are_read_to_the_end(head, tail):
    (container,) = [one for one in all_containers() if one.holds(head)]
    found = container.note(head + tail)
    assert found is None or isinstance(found, bytes)


def test_every_container_is_tried():
    assert {c for head in HEADS for c in all_containers() if c.holds(head)} == {*all_containers()}


# On the command line


def test_show_prints_a_recipe_file(tmp_path):
    path = file_of(tmp_path, "gif")
    shown = trajviz("show", path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith(f'# trajviz {__version__}\nsurface = "bowl"\n')
    assert 'title = "Ünï & <b>"' in shown.stdout
    (tmp_path / "a.toml").write_text(shown.stdout)
    assert toml.load_recipe(tmp_path / "a.toml") == load_recipe(path)


def test_show_speaks_json(tmp_path):
    path = file_of(tmp_path, "png")
    told = json.loads(trajviz("show", path, "--json").stdout)
    assert told == {"version": __version__, "recipe": read_note(path).table}


def test_show_runs_nothing_and_loads_no_drawing_library(tmp_path):
    path = holding(tmp_path, "surface = 'mine.py'\noptimizers = ['mine.py:Mine']")
    (tmp_path / "mine.py").write_text(OWN)
    done = trajviz("show", path, cwd=tmp_path)
    assert "mine.py" in done.stdout
    assert not (tmp_path / "ran").exists()
    code = f"import sys, trajviz; trajviz.read_note({str(path)!r}); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not {"PIL", "matplotlib", "trajviz.scene"} & set(loaded.stdout.split())


def test_show_says_of_a_file_that_has_no_place_for_a_recipe_that_it_has_none(tmp_path):
    path = file_of(tmp_path, "bmp")
    done = trajviz("show", path)
    assert done.returncode == 2
    assert done.stderr == (
        f"Error: {str(path)!r} holds no recipe, and such a file has no place for one\n"
    )


def test_show_refuses_in_one_line(tmp_path):
    (tmp_path / "a.gif").write_bytes(b"GIF89a")
    done = trajviz("show", "a.gif", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: 'a.gif' holds no recipe\n"


@pytest.mark.long
def test_a_rendered_file_is_rendered_again_and_in_another_look(tmp_path):
    path = file_of(tmp_path, "gif")
    again = trajviz("render", "--recipe", path, "-q", "-o", "again.gif", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "again.gif").read_bytes() == path.read_bytes()
    trajviz("render", "--recipe", path, "-q", "--theme", "dark", "-o", "dark.gif", cwd=tmp_path)
    assert read_note(tmp_path / "dark.gif").table == {**read_note(path).table, "theme": "dark"}


def test_a_note_that_leaves_the_aspect_to_the_plots_shape_still_does(tmp_path):
    path = compare("x**2 + y**2", ["sgd:lr=0.1"], steps=3).save(tmp_path / "new.png")
    assert "aspect" not in read_note(path).table
    assert load_recipe(path).look.aspect is None


def test_a_note_from_before_an_option_means_what_was_drawn_then(tmp_path, monkeypatch):
    then = {"pace": "uniform", "aspect": "fill"}
    said = metadata.portable_toml

    def older(recipe):
        lines = said(recipe).splitlines(keepends=True)
        return "".join(line for line in lines if line.split(" ")[0] not in then)

    monkeypatch.setattr(metadata, "portable_toml", older)
    path = small(**then).save(tmp_path / "old.gif")
    monkeypatch.undo()
    assert not {*then} & {*read_note(path).table}
    again = run(dataclasses.replace(load_recipe(path), metadata=False))
    assert again.to_bytes("gif") == small(**then, metadata=False).to_bytes("gif")
    assert again.to_bytes("gif") != small(metadata=False).to_bytes("gif")


@pytest.mark.long
def test_a_rendered_file_is_not_written_over_unless_it_is_named(tmp_path):
    path = small().save(tmp_path / "race-5.png", at=5)
    refused = trajviz("render", "--recipe", "race-5.png", cwd=tmp_path)
    assert refused.returncode == 2
    assert "'race-5.png' would be written over: say with -o" in refused.stderr
    (tmp_path / "other").mkdir()
    trajviz("render", "-q", "--recipe", "../race-5.png", cwd=tmp_path / "other")
    assert (tmp_path / "other" / "race-5.png").read_bytes() == path.read_bytes()
    named = trajviz("render", "-q", "--recipe", "race-5.png", "-o", "race.png", cwd=tmp_path)
    assert named.stdout == "race-5.png\n"


@pytest.mark.long
def test_trust_and_no_metadata_are_said_on_the_command_line(tmp_path):
    (tmp_path / "mine.py").write_text(OWN)
    quick = ["--size", "160x120", "--seconds", "0.2", "--steps", "5", "-q"]
    trajviz("render", "mine.py", "sgd:lr=0.1", *quick, "-o", "a.gif", cwd=tmp_path)
    order = ["render", "--recipe", "a.gif", "-q", "-o", "b.gif"]
    assert "add --trust" in trajviz(*order, cwd=tmp_path).stderr
    assert trajviz(*order, "--trust", "--no-metadata", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "c.gif").exists()
    with pytest.raises(TrajvizError, match="holds no recipe"):
        read_note(tmp_path / "b.gif")
