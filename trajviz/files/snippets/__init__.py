"""Snippets: what to paste into a page so that it shows a picture, one function for each place.

A function added to SNIPPETS is found by every listing, help text and test. Each gives the picture
its alt text, and its size where the place can, so that nothing jumps while the page loads. What
comes from outside, the words and the addresses, is escaped for the place.
"""

from __future__ import annotations

import html as markup
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from trajviz.errors import TrajvizError

FILMS = {"mp4": "video/mp4", "webm": "video/webm"}
"""Suffixes of what goes into a <video>, and their types."""
MOVING = ("gif", "webp", "apng", "avif", "anim.svg")
"""Suffixes of what moves by itself in an <img>, in the order of preference."""
STILLS = ("png", "svg")
"""Suffixes of what stands still."""

_STILL_WANTED = "(prefers-reduced-motion: reduce)"
_MOTION_WANTED = "(prefers-reduced-motion: no-preference)"
_STYLE = (
    f"<style>@media {_STILL_WANTED} "
    "{ .trajviz-moving { display: none } .trajviz-still { display: block } }</style>"
)
_FLUID = 'style="max-width:100%;height:auto"'


@dataclass(frozen=True)
class Medium:
    """A file as a page sees it: its name, its address, its suffix, width and height in pixels."""

    name: str
    url: str
    suffix: str
    size: tuple[int, int]


@dataclass(frozen=True)
class Shown:
    """All that a snippet may use: the alt text, films, what moves in an <img>, and a still."""

    alt: str
    films: tuple[Medium, ...] = ()
    moving: Medium | None = None
    still: Medium | None = None

    @property
    def picture(self) -> Medium:
        """What an <img> shows; TrajvizError where there are films alone."""
        picture = self.moving or self.still
        if picture is None:
            raise TrajvizError(
                f"{self.films[0].name!r} is a film, which this place shows only with a picture: "
                "render a .gif or .png beside it, or take --as html (kind='html')"
            )
        return picture


def shown_by(files: Iterable[tuple[str, str, tuple[int, int]]], alt: str, prefix: str) -> Shown:
    """Return what a snippet may use of files, each given as name, suffix and size, best first."""
    media = [Medium(name, _address(prefix, name), suffix, size) for name, suffix, size in files]
    return Shown(
        alt,
        tuple(medium for medium in media if medium.suffix in FILMS),
        next((medium for medium in media if medium.suffix in MOVING), None),
        next((medium for medium in media if medium.suffix in STILLS), None),
    )


def checked_alt(text: str) -> str:
    """Return a user's alt text in one line of what prints; TrajvizError if nothing is left."""
    words = "".join(c if c.isprintable() else " " for c in text).split()
    if not words:
        raise TrajvizError(f"alt text {text!r} says nothing: say what the picture shows")
    return " ".join(words)


def checked_url(url: str) -> str:
    """Return the address of a folder, escaped and ready for a name, or raise TrajvizError."""
    from urllib.parse import quote  # slow to load, and `--help` only wants the names

    scheme = re.match(r"\s*([A-Za-z][\w+.-]*):", url)
    if scheme and scheme[1].lower() not in ("http", "https"):
        raise TrajvizError(f"url {url!r} begins with neither http: nor https:, and is no path")
    if not url.isprintable():
        raise TrajvizError(f"url {url!r} has characters that do not print")
    try:
        plain = quote(url.strip(), safe="/:?#@!$&*+;=%~[]")
    except UnicodeEncodeError:
        raise TrajvizError(f"url {url!r} is no Unicode") from None
    return plain if not plain or plain.endswith(("/", "=")) else f"{plain}/"


def _address(prefix: str, name: str) -> str:
    from urllib.parse import quote

    return prefix + quote(name, safe="", errors="surrogateescape")


def html(shown: Shown) -> str:
    """<video> with the GIF as fall-back, or <picture>; under reduced motion the PNG stands."""
    if not shown.films:
        return _picture(shown)
    sources = [
        f'<source src="{_attribute(film.url)}" type="{FILMS[film.suffix]}"' for film in shown.films
    ]
    fall_back = [_image(shown.picture, shown.alt)] if shown.moving or shown.still else []
    preload = "none" if shown.still else "metadata"
    # A page that strips <style> shows the first alone, which then stays its poster.
    return "\n".join(
        [
            _STYLE,
            f'<video class="trajviz-moving" autoplay{_film(shown)}>',
            *(f'  {source} media="{_MOTION_WANTED}">' for source in sources),
            *(f"  {image}" for image in fall_back),
            "</video>",
            f'<video class="trajviz-still" hidden preload="{preload}"{_film(shown)}>',
            *(f"  {source}>" for source in sources),
            "</video>",
        ]
    )


def markdown(shown: Shown) -> str:
    """![alt](file): the GIF, everywhere; no size, no still. GitHub strips <video>."""
    alt = re.sub(r"([\\\[\]*_`<>&~|${}])", r"\\\1", shown.alt)
    picture = f"![{alt}]({shown.picture.url})"
    return picture if shown.moving or not shown.films else f"[{picture}]({shown.films[0].url})"


def rst(shown: Shown) -> str:
    """The image directive with size and lazy loading (docutils 0.21 on); no still."""
    picture = shown.picture
    width, height = picture.size
    target = "" if shown.moving or not shown.films else f"\n   :target: {shown.films[0].url}"
    return (
        f".. image:: {picture.url}\n"
        f"   :alt: {shown.alt}\n"
        f"   :width: {width}px\n"
        f"   :height: {height}px\n"
        f"   :loading: lazy{target}"
    )


def hugo(shown: Shown) -> str:
    """The figure shortcode, since Hugo drops HTML unless `unsafe`; no still, no film."""
    picture = shown.picture
    width, height = picture.size
    link = "" if shown.moving or not shown.films else f' link="{shown.films[0].url}"'
    return (
        f'{{{{< figure src="{picture.url}"{link} alt={_shortcode(shown.alt)} '
        f'width="{width}" height="{height}" loading="lazy" >}}}}'
    )


def quarto(shown: Shown) -> str:
    """As html, in the formats that are HTML; the PNG in all others."""
    blocks = [_division('when-format="html"', f"```{{=html}}\n{html(shown)}\n```")]
    if shown.still:
        (width, height), alt = shown.still.size, re.sub(r'([\\"&{}<>])', r"\\\1", shown.alt)
        still = f'![]({shown.still.url}){{fig-alt="{alt}" width={width} height={height}}}'
        blocks.append(_division('unless-format="html"', still))
    return "\n\n".join(blocks)


def notebook(shown: Shown) -> str:
    """A code cell that shows and keeps the GIF; GitHub strips <video> from notebooks."""
    picture = shown.picture
    width, height = picture.size
    place = "url" if re.match("https?:", picture.url) else "filename"
    value = picture.url if place == "url" else picture.name
    return (
        "from IPython.display import Image\n\n"
        f"Image({place}={value!r}, width={width}, height={height}, alt={shown.alt!r})"
    )


class Snippet(NamedTuple):
    """How a place is written for, and the suffix of a file that holds such a snippet."""

    write: Callable[[Shown], str]
    suffix: str

    @property
    def summary(self) -> str:
        """What it does, and what the place cannot do."""
        return (self.write.__doc__ or "").split("\n")[0]


SNIPPETS = {
    "html": Snippet(html, "html"),
    "hugo": Snippet(hugo, "md"),
    "markdown": Snippet(markdown, "md"),
    "notebook": Snippet(notebook, "py"),
    "quarto": Snippet(quarto, "qmd"),
    "rst": Snippet(rst, "rst"),
}
"""The places by name."""


def snippet_names() -> list[str]:
    """Return the names of the places that snippets are written for, sorted."""
    return sorted(SNIPPETS)


def _picture(shown: Shown) -> str:
    """Return an <img>, in a <picture> that gives way to the still where motion is unwanted."""
    image = _image(shown.picture, shown.alt)
    if not (shown.moving and shown.still):
        return image
    still = _attribute(shown.still.url)
    return f'<picture>\n  <source srcset="{still}" media="{_STILL_WANTED}">\n  {image}\n</picture>'


def _film(shown: Shown) -> str:
    """Return the attributes of a <video> that loops silently and can be paused."""
    poster = f' poster="{_attribute(shown.still.url)}"' if shown.still else ""
    return (
        f" loop muted playsinline controls {_size(shown.films[0])} {_FLUID}"
        f' loading="lazy"{poster} aria-label="{_attribute(shown.alt)}"'
    )


def _image(picture: Medium, alt: str) -> str:
    source = _attribute(picture.url)
    return f'<img src="{source}" {_size(picture)} {_FLUID} loading="lazy" alt="{_attribute(alt)}">'


def _size(medium: Medium) -> str:
    width, height = medium.size
    return f'width="{width}" height="{height}"'


def _attribute(text: str) -> str:
    """Return a text for an attribute, safe from what reads the page before a browser does.

    >>> print(_attribute('a "b" <c> {{d}} `e`'))
    a &quot;b&quot; &lt;c&gt; &#123;&#123;d&#125;&#125; &#96;e&#96;
    """
    return re.sub(r"[{}`]", lambda found: f"&#{ord(found[0])};", markup.escape(text))


def _shortcode(text: str) -> str:
    """Return a text as a parameter of Hugo's; in backticks all is as it stands there."""
    return f'"{text}"' if not re.search(r'["\\]', text) else f"`{text.replace('`', chr(39))}`"


def _division(condition: str, text: str) -> str:
    return f"::: {{.content-visible {condition}}}\n{text}\n:::"
