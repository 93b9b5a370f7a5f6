"""Several seeds in the picture: faint tracks, a bold median, and bands in the charts."""

import numpy as np
import pytest
from races import race

from trajviz.animation import still
from trajviz.files.formats._live_page import is_live
from trajviz.scene.bands import banded
from trajviz.scene.chart import Chart
from trajviz.scene.run import swarms

TWO = ("sgd:lr=0.1", "adam:lr=0.2")


def six(**options):
    shown = {"noise": 0.5, "steps": 15, "size": (320, 240), "panels": ("loss",), **options}
    return race("bowl", TWO, seeds=6, **shown)


@pytest.mark.parametrize("view", ["contour", "relief"])
def test_of_all_tracks_the_median_alone_is_in_full_and_has_a_head(view):
    one = six(view=view)
    for track, run in zip(one.scene.main.tracks, one.trajectories, strict=True):
        assert track.line.hidden.all() == (not run.is_bold)
        assert track.gone_knot == (np.inf if run.is_bold else -np.inf)


def test_the_pen_is_as_wide_as_in_a_race_of_one_seed():
    alone = race("bowl", TWO, noise=0.5, steps=15, size=(320, 240), panels=("loss",))
    assert six().scene.main.pen == alone.scene.main.pen


def test_the_key_names_each_optimizer_once_and_the_caption_says_what_is_bold():
    words = six().scene.words
    assert [chip.name for chip in words.chips] == ["SGD", "Adam"]
    assert words.caption.endswith(
        "gradient noise 0.5, seed 0–5, bold: the run of median final loss, "  # noqa: RUF001
        "bands: 10–90 % of runs"  # noqa: RUF001
    )
    assert "bands" not in six(panels=()).scene.words.caption


def test_the_curve_of_a_chart_is_the_median_run_in_its_band():
    one = six()
    (chart,) = [plot.view.chart for plot in one.scene.plots[1:]]
    for curve, (low, high), swarm in zip(
        chart.curves, chart.bands, swarms(one.courses), strict=True
    ):
        (bold,) = [run for run in swarm if run.is_bold]
        heights = np.sort([run.heights for run in swarm], axis=0)
        assert (curve == bold.heights).all()
        assert (low == heights[0]).all()
        assert (high == heights[-1]).all()


def test_a_band_of_many_leaves_out_the_outermost_and_what_is_lost_is_highest():
    runs = race("bowl", TWO[:1], noise=0.5, steps=3, seeds=21, size=(160, 120)).courses
    curves = (*(np.full(4, float(k)) for k in range(20)), np.zeros(2))
    chart = banded(Chart("", curves, lost=np.inf), [runs])
    ((low, high),) = chart.bands
    assert low.tolist() == [1, 1, 2, 2]
    assert high.tolist() == [17, 17, 18, 18]


def test_a_band_grows_with_its_curve_and_is_of_its_layer():
    plot = six().scene.plots[1]
    assert [len(layer) for layer in plot.layers] == [4, 4]
    for layer in plot.layers:
        low, high, hatch, curve = layer
        assert all(each.line.hidden.all() for each in (low, high, hatch))
        assert not curve.line.hidden.any()
        for edge in (low, high):
            assert (edge.line.knots == curve.line.knots).all()
        assert (np.diff(hatch.line.knots) > 0).all()
        strokes = hatch.line.vertices.reshape(-1, 2, 2)
        assert np.ptp(strokes[:, :, 0], axis=1).max() == 0
        assert (strokes[:, 0, 1] >= strokes[:, 1, 1]).all()


@pytest.mark.long
def test_faint_tracks_and_bands_are_in_the_picture_and_grow():
    one, alone = six(), race("bowl", TWO, noise=0.5, steps=15, size=(320, 240), panels=("loss",))
    half, whole = still(one.scene, 7), still(one.scene, 15)
    for box in (plot.box for plot in one.scene.plots):
        cut = np.s_[box.y0 : box.y1, box.x0 : box.x1]
        colored = [
            (picture[cut] != one.scene.background[cut]).any(axis=-1).sum()
            for picture in (half, whole)
        ]
        assert colored[0] < colored[1]
    box = one.scene.main.box
    cut = np.s_[box.y0 : box.y1, box.x0 : box.x1]
    more = (whole[cut] != one.scene.background[cut]).any(axis=-1).sum()
    fewer = (still(alone.scene, 15)[cut] != alone.scene.background[cut]).any(axis=-1).sum()
    assert more > fewer


def test_arrows_and_names_are_those_of_the_median_alone():
    one = six(arrows="step", labels="heads", panels=())
    layers = {mover.layer for mover in one.scene.main.movers}
    assert layers == {0, 1}
    assert len(one.scene.main.movers) == len(
        race(
            "bowl", TWO, noise=0.5, steps=15, size=(320, 240), arrows="step", labels="heads"
        ).scene.main.movers
    )


def test_the_words_count_seeds():
    said = six().alt_text()
    assert "each with 6 seeds" in said
    assert " of 6 seeds" in said
    assert "starts" not in said


@pytest.mark.long
def test_a_page_of_it_is_played_and_its_table_tells_of_the_median():
    one = six()
    assert not is_live(one.outcome)
    page = one.to_bytes("html").decode()
    assert page.count('data-of="x"') == 2


@pytest.mark.long
def test_matplotlib_draws_each_seed_and_names_each_optimizer_once():
    from matplotlib.figure import Figure

    axes = six().plot(Figure().add_subplot())
    labels = [line.get_label() for line in axes.lines]
    assert [label for label in labels if not label.startswith("_")] == ["SGD 0.1", "Adam 0.2"]
    faint = [line for line in axes.lines if line.get_alpha() == 0.4]
    assert len(faint) == 10
