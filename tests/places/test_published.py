"""The judge of sites itself: what does not load, or says nothing, is seen."""

import pytest
from places.published import media_of, served

from trajviz import compare


@pytest.fixture(scope="module")
def gif():
    return compare("bowl", ["sgd:lr=0.1"], steps=5, size=(160, 120), seconds=0.4).to_bytes("gif")


@pytest.mark.parametrize("image", ["<img src=beale.gif alt=x>", "<img src=/site/beale.gif alt=x>"])
def test_a_picture_that_comes_passes(page_of, tmp_path, gif, image):
    tmp_path.joinpath("beale.gif").write_bytes(gif)
    tmp_path.joinpath("index.html").write_text(image)
    with served(tmp_path) as address:
        (one,) = media_of(page_of, f"{address}index.html")
    assert one["width"] == 160
    assert one["shown"]


@pytest.mark.parametrize(
    "image",
    ["<img src=/beale.gif alt=x>", "<img src=no.gif alt=x>", "<img src=beale.gif alt=''>", "none"],
)
def test_a_picture_that_is_missing_or_says_nothing_fails(page_of, tmp_path, gif, image):
    tmp_path.joinpath("beale.gif").write_bytes(gif)
    tmp_path.joinpath("index.html").write_text(image)
    with served(tmp_path) as address, pytest.raises(AssertionError):
        media_of(page_of, f"{address}index.html")
