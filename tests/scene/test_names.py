"""Names beside the heads: none covers another, none jumps, and all formats show them."""

import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from races import race

from trajviz.animation import Animation, _over, still
from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.recipe.recipe import Playback
from trajviz.scene import vector
from trajviz.scene.movers import MovingText
from trajviz.scene.paint import paint

SIX = ("sgd:lr=0.1", "momentum:lr=0.03", "nag:lr=0.03", "adagrad:lr=0.5", "rmsprop:lr=0.1",
       "adam:lr=0.2")  # fmt: skip
SMALL = {"size": (320, 240), "seconds": 2, "hold": 0, "steps": 60}


def named(labels="heads", optimizers=SIX, **more):
    return race("bowl", optimizers, labels=labels, **{**SMALL, **more})


def played(shown):
    return Animation.played(shown.scene, Playback(seconds=2, hold=0))


def middles(animation):
    """Return where names are in each frame, (names, frames, 2), and how large they are."""
    movers = [m for m in animation.scene.main.movers if isinstance(m, MovingText)]
    places = np.array([mover.places(animation.positions) for mover in movers])
    sizes = np.array([(m.text.right - m.text.left, m.text.size * 0.75) for m in movers])
    return places, sizes


def test_names_stand_in_the_key_alone_unless_asked_for():
    assert named("key").scene.main.movers == ()


@pytest.mark.long
def test_names_do_not_lie_on_each_other():
    places, sizes = middles(played(named(size=(640, 480))))
    for one, other in itertools.combinations(range(len(places)), 2):
        gap = np.abs(places[one] - places[other]) - (sizes[one] + sizes[other]) / 2
        assert (gap > 0).any(axis=1).mean() > 0.9, (one, other)


def test_names_do_not_jump():
    animation = played(named())
    places, _ = middles(animation)
    heads = np.array([track.at(animation.positions) for track in animation.scene.main.tracks])
    moved, went = (np.hypot(*np.moveaxis(np.diff(p, axis=1), -1, 0)) for p in (places, heads))
    assert moved.max() < went.max() + 8


def test_at_the_end_names_are_seen_in_the_last_frame_alone():
    animation = played(named("end"))
    places, _ = middles(animation)
    seen = ~np.isnan(places).any(axis=2)
    assert not seen[:, :-1].any()
    assert seen[:, -1].all()


def test_a_name_that_stands_off_has_a_leader_to_its_head():
    animation = played(named())
    leaders = [m for m in animation.scene.main.movers if not isinstance(m, MovingText)]
    ends = np.array([leader.ends(animation.positions) for leader in leaders])
    heads = np.array([track.at(animation.positions) for track in animation.scene.main.tracks])
    off = np.hypot(*np.moveaxis(ends[:, :, 1] - heads, -1, 0))
    there = ~np.isnan(off)
    assert there.any()
    assert not there.all()
    assert off[there].max() < 4 * animation.scene.main.pen.head + 1


@pytest.mark.long
def test_frames_are_those_without_names_and_the_names_over_them():
    shown, plain = played(named()), played(named("key"))
    shown_frames, plain_frames = list(shown.frames()), list(plain.frames())
    box = shown.scene.main.box
    for frame, other, marks in zip(
        shown_frames, plain_frames, _over(shown.scene.main, shown.positions), strict=True
    ):
        paint(other[box.y0 : box.y1, box.x0 : box.x1], marks)
        assert (frame == other).all()


@pytest.mark.long
def test_a_vector_still_has_the_names_of_a_still():
    shown, plain = named(), named("key")
    with_names, without = (
        np.asarray(_canvas(vector.draw(each.scene, 30))).astype(int) for each in (shown, plain)
    )
    ours, bare = (still(each.scene, 30).astype(int) for each in (shown, plain))
    drawn = np.abs(with_names - without).max(axis=2) > 60
    painted = np.abs(ours - bare).max(axis=2) > 60
    assert painted.sum() > 300
    assert (drawn & painted).sum() > 0.5 * (drawn | painted).sum()


def _canvas(figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["svg", "anim.svg", "html"])
def test_files_of_vectors_have_names_that_move(suffix, tmp_path):
    sizes = {}
    for labels in ("key", "heads"):
        path = tmp_path / f"{labels}.{suffix}"
        named(labels, optimizers=SIX[:2]).save(path)
        sizes[labels] = path.read_text()
    assert sizes["heads"] != sizes["key"]
    if suffix != "svg":
        assert sizes["heads"].count("translate(") > sizes["key"].count("translate(")


@pytest.mark.long
def test_a_page_with_names_is_the_player(tmp_path):
    named(optimizers=SIX[:2]).save(tmp_path / "race.html")
    assert 'id="play"' in (tmp_path / "race.html").read_text()


def test_of_several_starts_one_head_has_the_name():
    scene = named(optimizers=SIX[:2], starts="3x3").scene
    assert len([m for m in scene.main.movers if isinstance(m, MovingText)]) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"view": "relief", "orbit": 90}, "labels 'heads' are for a view that stands still"),
        ({"view": "basins"}, "view 'basins' starts at every pixel: it takes no labels"),
    ],
)
def test_where_names_cannot_be_it_is_said(options, message):
    with pytest.raises(TrajvizError, match=message):
        compare("bowl", ["sgd:lr=0.1"], labels="heads", steps=5, **options).scene  # noqa: B018


def test_unknown_labels_are_refused():
    with pytest.raises(TrajvizError, match="labels"):
        compare("bowl", ["sgd:lr=0.1"], labels="head")


@pytest.mark.parametrize("view", ["relief", "split"])
def test_names_stand_in_every_view_of_tracks(view):
    scene = named(view=view, optimizers=SIX[:2]).scene
    assert all(any(isinstance(m, MovingText) for m in plot.movers) for plot in scene.plots)


def test_names_make_room_for_arrows():
    shown = named(optimizers=SIX[:2], arrows="step", size=(640, 480))
    animation = played(shown)
    places, sizes = middles(animation)
    tips = [
        mover.ends(animation.positions)[:, 1]
        for mover in shown.scene.main.movers
        if not isinstance(mover, MovingText) and mover.stroke.tip
    ]
    covered = [
        (np.abs(place - tip) < size / 2).all(axis=1).mean()
        for place, size in zip(places, sizes, strict=True)
        for tip in tips
    ]
    assert max(covered) < 0.05
