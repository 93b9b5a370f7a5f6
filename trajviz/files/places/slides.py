"""Slides: A talk: large, and small enough to mail."""

from trajviz.files.places import Place

PLACE = Place(
    size=(1280, 720),
    seconds=8,
    max_bytes=10_000_000,
    snippet="reveal",
)
