"""matplotlib's settings in threads: those of one file never reach another."""

import threading

import matplotlib as mpl

from trajviz.scene.matplotlib_settings import settings


def test_they_hold_within_and_are_restored():
    with mpl.rc_context({"lines.linewidth": 4.5, "axes.labelsize": 20}):
        with settings({"pdf.fonttype": 42}):
            assert (mpl.rcParams["pdf.fonttype"], mpl.rcParams["lines.linewidth"]) == (42, 4.5)
        with settings({"pdf.fonttype": 42}, own=True):
            assert mpl.rcParams["lines.linewidth"] == mpl.rcParamsDefault["lines.linewidth"]
        assert (mpl.rcParams["pdf.fonttype"], mpl.rcParams["axes.labelsize"]) == (3, 20)


def test_one_thread_may_change_them_again():
    with settings({"pdf.fonttype": 42}), settings({"lines.linewidth": 4.5}):
        assert (mpl.rcParams["pdf.fonttype"], mpl.rcParams["lines.linewidth"]) == (42, 4.5)


def test_another_thread_waits_until_they_are_restored():
    found = []

    def other():
        with settings({"lines.linewidth": 4.5}):
            found.append(mpl.rcParams["pdf.fonttype"])

    thread = threading.Thread(target=other)
    with settings({"pdf.fonttype": 42}):
        thread.start()
        thread.join(0.2)
        assert found == []
    thread.join()
    assert found == [3]
