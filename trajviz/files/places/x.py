"""X: A post on X."""

from trajviz.files.places import Place

PLACE = Place(
    size=(800, 450),
    seconds=8,
    max_bytes=15_000_000,
    most_bytes=15_000_000,
    most_size=(1280, 1080),
    most_frames=350,
    most_pixels=300_000_000,
    least_film_seconds=0.5,
    film_pixel_format="yuv420p",
)
