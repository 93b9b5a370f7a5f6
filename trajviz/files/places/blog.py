"""Blog: A page of your own: light, and fit for nearly every other place."""

from trajviz.files.places import Place

PLACE = Place(
    size=(640, 480),
    seconds=8,
    max_bytes=1_000_000,
    most_bytes=5_000_000,
    most_frames=350,
    most_pixels=100_000_000,
)
