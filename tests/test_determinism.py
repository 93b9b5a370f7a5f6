"""The same request gives the same bytes, whoever asks, where and when."""

import pytest
from programs import trajviz

from trajviz.files.formats import format_names, load_format

WORLDS = (
    {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": "0"},
    {"TZ": "Asia/Kathmandu", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "2", "COLUMNS": "40"},
)
"""Time zones, locales, hash seeds, and what else programs like to look at."""

REQUESTS = {
    "animation": ["--seconds", "0.4", "--hold", "0.2"],
    "still": ["--at", "7"],
}


def rendered(kind, folder, world):
    """Return the bytes of a race in every format of a kind, from one process."""
    folder.mkdir()
    order = ["render", "beale", "sgd", "adam:label=Ä", "--size", "320x240", "--steps", "20", "-q"]
    names = [name for name in format_names() if load_format(name).kind == kind]
    outputs = [word for name in names for word in ("-o", f"a.{name}")]
    done = trajviz(
        *order, "--panel", "loss", *REQUESTS[kind], *outputs, cwd=folder, env=world
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(found) == len(names)
    return found


@pytest.mark.long
@pytest.mark.parametrize("kind", REQUESTS)
def test_every_format_is_the_same_in_every_process_time_zone_locale_and_hash_seed(kind, tmp_path):
    one, other = (rendered(kind, tmp_path / str(n), world) for n, world in enumerate(WORLDS))
    assert [name for name in one if one[name] != other[name]] == []


def test_every_format_is_of_a_kind_that_is_rendered_here():
    assert {load_format(name).kind for name in format_names()} == set(REQUESTS)
