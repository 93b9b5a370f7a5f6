"""dev.to: An article on dev.to."""

from trajviz.files.places import Place

PLACE = Place(
    size=(640, 480),
    seconds=8,
    max_bytes=5_000_000,
    most_pixels=200_000_000,
)
