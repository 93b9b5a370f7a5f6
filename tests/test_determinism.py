"""The same request gives the same bytes, whoever asks, where and when."""

import hashlib

import pytest
from programs import trajviz

from trajviz.files.formats import format_names, load_format

WORLDS = (
    {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": "0"},
    {"TZ": "Asia/Kathmandu", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "2", "COLUMNS": "40"},
)
"""Time zones, locales, hash seeds, and what else programs like to look at."""


def rendered(name, folder, world):
    folder.mkdir()
    order = ["render", "beale", "sgd", "adam:label=Ä", "--size", "320x240", "--steps", "40"]
    still = load_format(name).kind == "still"
    step = ["--at", "7"] if still else ["--seconds", "1", "--hold", "0.5"]
    done = trajviz(*order, *step, "--panel", "loss", "-q", "-o", f"a.{name}", cwd=folder, env=world)
    assert done.returncode == 0, done.stderr
    (path,) = folder.iterdir()
    return path.read_bytes()


@pytest.mark.parametrize("name", format_names())
def test_every_format_is_the_same_in_every_process_time_zone_locale_and_hash_seed(name, tmp_path):
    files = [rendered(name, tmp_path / str(n), world) for n, world in enumerate(WORLDS)]
    assert len({hashlib.sha256(data).hexdigest() for data in files}) == 1
