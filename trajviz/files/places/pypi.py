"""PyPI: The page of a package on an index, which shows 5 MB from elsewhere."""

from trajviz.files.places import Place

PLACE = Place(
    size=(640, 480),
    seconds=8,
    first="end",
    max_bytes=5_000_000,
    most_bytes=5_000_000,
)
