"""Which files a definition file is made of."""

import sys
from pathlib import Path

import pytest

from trajviz.optimizers.find import load_optimizer, optimizer_names
from trajviz.surface.definition import needed_files


@pytest.fixture
def made(tmp_path):
    """Write files, and return what the first of them needs, relative to the folder."""

    def needed(texts):
        for name, text in texts.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        files = needed_files(tmp_path / next(iter(texts)))
        return [file.relative_to(tmp_path).as_posix() for file in files]

    return needed


@pytest.mark.parametrize(
    "statement",
    [
        "import b",
        "import b as c",
        "import os, b",
        "from b import f",
        "from b import *",
        "from . import b",
        "from .b import f",
        "if True:\n    import b",
        "try:\n    import fast as b\nexcept ImportError:\n    import b",
        "def f():\n    from b import g\n    return g",
        "class C:\n    import b",
        "from __future__ import annotations\n\nimport b\n",
        "# -*- coding: latin-1 -*-\nimport b\n",
        "\ufeffimport b\n",
    ],
)
def test_a_helper_is_found_by_every_kind_of_import(made, statement):
    assert made({"a.py": statement, "b.py": "", "c.py": ""}) == ["a.py", "b.py"]


@pytest.mark.parametrize("statement", ["import p.b", "from p import b", "from p.b import f"])
def test_a_module_of_a_package_needs_the_package_too(made, statement):
    assert made({"a.py": statement, "p/__init__.py": "", "p/b.py": ""}) == [
        "a.py",
        "p/__init__.py",
        "p/b.py",
    ]


@pytest.mark.parametrize("statement", ["import p.b", "from p import b", "from .p import b"])
def test_a_folder_is_a_package_without_a_file_of_its_own(made, statement):
    assert made({"a.py": statement, "p/b.py": "", "p/c.py": ""}) == ["a.py", "p/b.py"]


def test_a_name_of_a_package_is_the_package_alone(made):
    assert made({"a.py": "from p import f", "p/__init__.py": "f = 1", "p/b.py": ""}) == [
        "a.py",
        "p/__init__.py",
    ]


def test_a_package_comes_before_a_module_of_its_name(made):
    assert made({"a.py": "import b", "b/__init__.py": "", "b.py": ""}) == ["a.py", "b/__init__.py"]


def test_helpers_of_helpers_are_found_and_circles_end(made):
    assert made({"a.py": "import b", "b.py": "import c", "c.py": "import a, b"}) == [
        "a.py",
        "b.py",
        "c.py",
    ]


def test_a_relative_name_is_looked_for_beside_the_helper_and_an_absolute_one_beside_the_file(made):
    found = made(
        {
            "a.py": "from p import b",
            "p/b.py": "from . import c\nimport d",
            "p/c.py": "",
            "p/d.py": "",
            "c.py": "",
            "d.py": "",
        }
    )
    assert found == ["a.py", "p/b.py", "p/c.py", "d.py"]


def test_a_relative_name_may_climb_within_the_folder_and_not_out_of_it(made, tmp_path):
    (tmp_path.parent / "beyond.py").touch()
    climbing = "from .. import c\nfrom ... import beyond\nfrom ................ import x"
    assert made({"a.py": "from p import b", "p/b.py": climbing, "c.py": ""}) == [
        "a.py",
        "p/b.py",
        "c.py",
    ]


def test_what_is_not_beside_the_file_belongs_to_others(made):
    text = "import numpy\nimport os.path\nfrom trajviz import Surface\nimport missing, p.missing"
    assert made({"a.py": text, "p/b.py": ""}) == ["a.py"]


def test_a_file_in_a_package_may_name_its_helpers_from_the_top(tmp_path):
    (tmp_path / "top" / "rules").mkdir(parents=True)
    for folder in ("top", "top/rules"):
        (tmp_path / folder / "__init__.py").touch()
    (tmp_path / "top" / "other.py").touch()
    (tmp_path / "top" / "rules" / "_rows.py").touch()
    file = tmp_path / "top" / "rules" / "rule.py"
    file.write_text("from top.rules._rows import dot\nimport top.other\n", encoding="utf-8")
    assert needed_files(file) == [file, file.with_name("_rows.py")]


@pytest.mark.parametrize("text", ["import b\ndef f(:\n", "import b\n\0", "(" * 10_000])
def test_a_file_that_is_no_python_needs_nothing_beside_itself(made, text):
    assert made({"a.py": text, "b.py": ""}) == ["a.py"]


def test_a_helper_that_is_no_python_is_still_needed(made):
    assert made({"a.py": "import b", "b.py": "def f(:", "c.py": ""}) == ["a.py", "b.py"]


def test_nothing_is_run(made):
    modules = {*sys.modules}
    assert made({"a.py": "import b\nraise SystemExit", "b.py": "1 / 0"}) == ["a.py", "b.py"]
    assert {*sys.modules} == modules


def test_a_relative_path_and_a_link_lead_to_the_same_files(made, tmp_path, monkeypatch):
    made({"a.py": "import b", "b.py": ""})
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "c.py"
    link.symlink_to(tmp_path / "a.py")
    monkeypatch.chdir(tmp_path / "links")
    files = [tmp_path / "a.py", tmp_path / "b.py"]
    assert needed_files(link.relative_to(tmp_path / "links")) == files


def test_the_rules_that_share_helpers_need_them():
    found = {}
    for name in optimizer_names():
        rule = load_optimizer(name).rule
        file, *helpers = needed_files(Path(rule.__code__.co_filename))
        assert file.stem == rule.__name__
        found[name] = {helper.stem for helper in helpers}
    assert {name: helpers for name, helpers in found.items() if helpers} == {
        "backtracking": {"_rows"},
        "barzilai-borwein": {"_rows"},
        "conjugate-gradient": {"_rows", "_line_search"},
        "muon": {"_rows", "_newton_schulz"},
        "newton": {"_rows"},
    }
