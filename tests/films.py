"""Films for tests: a small race, what other programs say of a file, and encoders that die."""

import json
import os

import numpy as np
import pytest
from programs import judge, processes
from races import race

SHORT = {"steps": 20, "fps": 10, "seconds": 1.2, "hold": 0.5}
"""A race whose film has 12 frames of motion and 5 of pause."""
BACKGROUND, HIGH = (0xC0, 0x20, 0x60), (0x20, 0xA0, 0x40)
LOUD = """
summary = "Loud."
background = "#c02060"
ink = "#ffffff"
muted = "#ffffff"
shades = ["#2040c0", "#20a040"]
lines = ["#20a040"]
line_alpha = 0.0
marker = "#ffffff"
star = "#ffffff"
tracks = ["#ffee00"]
"""
"""A theme of strong colours, two of them those of its background and of its highest places."""
TAGS = ("color_range", "color_space", "color_transfer", "color_primaries")


def film(size=(160, 120), **options):
    return race("bowl", ("sgd:lr=0.1",), size=size, **{**SHORT, **options})


def probed(path):
    """Return what ffprobe says of the one stream and of the container."""
    ask = ["-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json"]
    told = json.loads(judge("ffprobe", *ask, path))
    (stream,) = told["streams"]
    return stream, told["format"]


def decoded(path, width, height):
    """Return a film's frames, (frames, height, width, 3)."""
    ask = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-sws_flags", "accurate_rnd+full_chroma_int"]
    video = judge("ffmpeg", "-v", "error", "-i", path, *ask, "-")
    return np.frombuffer(video, np.uint8).reshape(-1, height, width, 3)


def check_that_a_dead_encoder_leaves_the_old_film(path, one, when):
    """Kill the encoder of a film after so many frames, and look at what is there then."""
    path.write_bytes(b"old")

    def kill(done, _total):
        if done == when:
            (victim,) = processes(path.parent)
            os.kill(victim, 9)

    with pytest.raises(OSError, match=r"."):
        one.save(path, progress=kill)
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]
