"""Docstrings where Python was told to leave them out."""

import inspect
import sys
from types import SimpleNamespace
from unittest import mock

import pytest

import trajviz
from trajviz import docstrings
from trajviz.docstrings import docstring_of
from trajviz.optimizers.rules import adam
from trajviz.recipe.recipe import Recipe

DOCUMENTED = [adam, adam.adam, Recipe, Recipe.changed, trajviz]


@pytest.mark.parametrize("thing", DOCUMENTED)
def test_a_docstring_that_was_left_out_is_read_from_the_source(thing):
    bare = SimpleNamespace(flags=SimpleNamespace(optimize=2))
    kept = inspect.getdoc(thing)
    with (
        mock.patch.object(docstrings, "sys", bare),
        mock.patch("inspect.getdoc", return_value=None),
    ):
        assert docstring_of(thing) == kept


@pytest.mark.parametrize("thing", [lambda: 0, SimpleNamespace(), 3, len, sys])
def test_what_has_neither_says_nothing_or_what_python_says(thing):
    bare = SimpleNamespace(flags=SimpleNamespace(optimize=2))
    with (
        mock.patch.object(docstrings, "sys", bare),
        mock.patch("inspect.getdoc", return_value=None),
    ):
        assert docstring_of(thing) == ""
