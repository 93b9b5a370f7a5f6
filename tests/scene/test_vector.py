"""A scene as vectors by matplotlib: the user's settings do not reach it, and stay theirs."""

import matplotlib
import pytest
from races import race


def bowl():
    return race("bowl", ("sgd:lr=0.1",), size=(160, 120), steps=10)


def pdf(folder):
    return bowl().save(folder / "bowl.pdf").read_bytes()


HOUSE_STYLE = {
    "font.size": 40.0,
    "lines.linewidth": 9.0,
    "pdf.fonttype": 3,
    "figure.facecolor": "red",
    "savefig.facecolor": "red",
    "savefig.dpi": 30.0,
    "savefig.bbox": "tight",
    "path.simplify": False,
    "axes.unicode_minus": False,
    "figure.autolayout": True,
    "font.family": ["monospace"],
}


@pytest.mark.long
def test_the_users_matplotlib_settings_do_not_change_a_vector_and_are_kept(tmp_path):
    plain = pdf(tmp_path)
    with matplotlib.rc_context(HOUSE_STYLE):
        before = dict(matplotlib.rcParams)
        styled = pdf(tmp_path)
        assert dict(matplotlib.rcParams) == before
    assert styled == plain
