"""A scene as vectors: the user's settings do not reach it, and text is drawn as outlines."""

import xml.etree.ElementTree as ElementTree

import matplotlib
from races import race

from trajviz.scene.color import hexed


def bowl():
    return race("bowl", ("sgd:lr=0.1",), size=(160, 120), steps=10)


def svg(folder):
    return bowl().save(folder / "bowl.svg").read_bytes()


HOUSE_STYLE = {
    "font.size": 40.0,
    "lines.linewidth": 9.0,
    "svg.fonttype": "none",
    "figure.facecolor": "red",
    "savefig.facecolor": "red",
    "savefig.dpi": 30.0,
    "savefig.bbox": "tight",
    "path.simplify": False,
    "axes.unicode_minus": False,
    "figure.autolayout": True,
    "font.family": ["monospace"],
}


def test_the_users_matplotlib_settings_do_not_change_a_vector_and_are_kept(tmp_path):
    plain = svg(tmp_path)
    with matplotlib.rc_context(HOUSE_STYLE):
        before = dict(matplotlib.rcParams)
        styled = svg(tmp_path)
        assert dict(matplotlib.rcParams) == before
    assert styled == plain


def test_a_vector_holds_its_text_as_outlines_and_every_track_in_its_colour(tmp_path):
    data = svg(tmp_path)
    root = ElementTree.fromstring(data)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert "path" in tags
    assert "text" not in tags
    assert hexed(bowl().scene.main.tracks[0].color) in data.decode()
