"""Profile: The README of a profile on GitHub, seen beside others: small and quick to load."""

from trajviz.files.places import Place

PLACE = Place(
    size=(640, 360),
    seconds=8,
    first="end",
    max_bytes=1_000_000,
    most_bytes=5_000_000,
    snippet="github",
)
