"""docs/implementations.md explains every word that an adapter knows."""

import inspect
from dataclasses import fields
from pathlib import Path

import pytest

from harness.adapters import UpdateOnly, WholeNetwork
from harness.cli.templates.new_implementation import STYLES
from harness.layerwise import Conventions, Layerwise

PAGE = (Path(__file__).parents[2] / "docs" / "implementations.md").read_text(encoding="utf-8")


def explained(word):
    return f"`{word}`" in PAGE or f"`{word}(" in PAGE or f"`{word}=" in PAGE or f"    {word}=" in PAGE


@pytest.mark.parametrize("word", [field.name for field in fields(Conventions)])
def test_every_convention_has_a_row(word):
    assert f"| `{word}` |" in PAGE


@pytest.mark.parametrize("function", [Layerwise.describes, Layerwise.functions, WholeNetwork, UpdateOnly])
def test_every_argument_is_explained(function):
    words = [word for word in inspect.signature(function).parameters if word not in ("self", "name", "build")]
    known = ("version", "default", "conventions")
    assert [word for word in words if word not in known and not explained(word) and word not in PAGE] == []


@pytest.mark.parametrize("style", STYLES)
def test_every_style_is_named(style):
    assert f"`--style {style}`" in PAGE


def test_a_word_that_is_not_explained_would_be_found():
    assert not explained("kernle_axes")
