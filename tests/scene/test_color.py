"""Colours: read from text, written as text, mixed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajviz.errors import TrajvizError
from trajviz.scene.color import hexed, mix, parse_color

COLORS = st.tuples(*[st.integers(0, 255)] * 3)


@given(COLORS)
def test_a_colour_is_read_from_rrggbb(rgb):
    assert parse_color("#{:02x}{:02x}{:02x}".format(*rgb)) == rgb
    assert parse_color("#{:02X}{:02X}{:02X}".format(*rgb)) == rgb


@given(COLORS, st.integers(0, 4095))
def test_a_colour_that_is_written_is_read_back_and_short_where_it_can_be(rgb, doubled):
    assert parse_color(hexed(rgb)) == rgb
    short = f"#{doubled:03x}"
    assert hexed(parse_color(short)) == short


@pytest.mark.parametrize("text", ["", "#12", "#1234", "#12345678", "123456", "reddish", None, 3])
def test_what_is_no_colour_is_refused(text):
    with pytest.raises(TrajvizError, match="is not a colour"):
        parse_color(text)


@given(st.floats(0, 1))
def test_a_mix_lies_between_its_colours(share):
    for channel, a, b in zip(
        mix((0, 9, 255), (255, 9, 0), share), (0, 9, 255), (255, 9, 0), strict=True
    ):
        assert min(a, b) <= channel <= max(a, b)
