"""HTML: <video>, else <picture>; the PNG where motion is unwanted; a page in its <iframe>."""

from __future__ import annotations

import re
from html import escape

from trajviz.files.containers import Size
from trajviz.files.following import DARK
from trajviz.files.snippets import Medium, Shown, Snippet

_STILL_WANTED = "(prefers-reduced-motion: reduce)"
_MOTION_WANTED = "(prefers-reduced-motion: no-preference)"
_LIGHT = "(prefers-color-scheme: light)"
_STYLE = (
    f"<style>@media {_STILL_WANTED} "
    "{ .trajviz-moving { display: none } .trajviz-still { display: block } }</style>"
)
_CONTROLS = 320
"""Pixels that a page needs below its picture: its controls and its table."""
_FLUID = 'style="max-width:100%;height:auto"'


def html(shown: Shown) -> str:
    """Return the elements that show a film, or a picture where there is no film."""
    if shown.page:
        return _framed(shown.page, shown)
    if not shown.films:
        return _picture(shown)
    fall_back = [_image(shown.picture, shown.alt)] if shown.moving or shown.still else []
    preload = "none" if shown.still else "metadata"
    # A page that strips <style> shows the first alone, which then stays its poster.
    return "\n".join(
        [
            _STYLE,
            f'<video class="trajviz-moving" autoplay{_film(shown)}>',
            *_played(shown, _MOTION_WANTED),
            *(f"  {image}" for image in fall_back),
            "</video>",
            f'<video class="trajviz-still" hidden preload="{preload}"{_film(shown)}>',
            *_played(shown, ""),
            "</video>",
        ]
    )


def _framed(page: Medium, shown: Shown) -> str:
    """Return an <iframe>, and what stands in its place for readers without scripts."""
    width, height = page.size
    title = f'title="{attribute(shown.alt)}"'
    frame = (
        f'<iframe class="trajviz-page" src="{attribute(page.url)}" {title} width="{width}" '
        f'height="{height + _CONTROLS}" style="width:100%;border:0" loading="lazy" '
        'allow="fullscreen; clipboard-write"></iframe>'
    )
    if not (shown.still or shown.moving):
        return frame
    picture = _image(shown.still or shown.picture, shown.alt)
    hidden = "<style>.trajviz-page { display: none }</style>"
    return f"{frame}\n<noscript>\n  {hidden}\n  {picture}\n</noscript>"


def _played(shown: Shown, wanted: str) -> list[str]:
    """Return the sources of a <video>; what heeds no `media` plays the first, a light one."""
    films = [(film, film.url, _LIGHT if film.dark else "") for film in shown.films]
    films += [(film, film.dark, DARK) for film in shown.films if film.dark]
    return [
        f'  <source src="{attribute(url)}" type="{film.format.media_type}"{_media(wanted, scheme)}>'
        for film, url, scheme in films
    ]


def _picture(shown: Shown) -> str:
    """Return an <img>, in a <picture> where motion may be unwanted, or dark halves wanted."""
    image, sources = _image(shown.picture, shown.alt), picture_sources(shown)
    lines = ["<picture>", *(f"  {one}" for one in sources), f"  {image}", "</picture>"]
    return "\n".join(lines) if sources else image


def picture_sources(shown: Shown) -> list[str]:
    """Return each <source> of the <picture>: the still where motion is unwanted, dark halves."""
    sources = [dark_source(shown.picture)]
    if shown.moving and shown.still:
        still = shown.still
        sources[:0] = [dark_source(still, _STILL_WANTED), _source(still.url, _STILL_WANTED)]
    return [one for one in sources if one]


def one_player(shown: Shown, attributes: str, room: Size) -> str:
    """Return a <video> for a slide, an <img> where there is no film.

    It stands alone and is sized by attributes, as decks drop styles and `hidden`.

    Args:
        shown: What is shown.
        attributes: What else the film is told.
        room: Width and height that a slide has for it: what is larger is scaled down.
    """
    if not shown.films:
        return _slide_image(shown, room)
    film, alt = shown.films[0], attribute(shown.alt)
    poster = f' poster="{attribute(shown.still.url)}"' if shown.still else ""
    return "\n".join(
        [
            f"<video {attributes} loop muted playsinline controls {_fitted(film, room)}{poster} "
            f'title="{alt}" aria-label="{alt}">',
            *_played(shown, ""),
            *([f"  {_slide_image(shown, room)}"] if shown.moving or shown.still else []),
            "</video>",
        ]
    )


def _slide_image(shown: Shown, room: Size) -> str:
    picture = shown.picture
    source, size = attribute(picture.url), _fitted(picture, room)
    return f'<img src="{source}" {size} alt="{attribute(shown.alt)}">'


def _fitted(medium: Medium, room: Size) -> str:
    """Return the size of a picture or film as attributes, scaled down to what there is room for."""
    scale = min(1.0, *(most / side for most, side in zip(room, medium.size, strict=True)))
    width, height = (round(scale * side) for side in medium.size)
    return f'width="{width}" height="{height}"'


def linked(picture: str, shown: Shown) -> str:
    """Return a picture with a link around it to the page, or to the film if it moves not itself."""
    return f'<a href="{attribute(shown.linked.url)}">{picture}</a>' if shown.linked else picture


def dark_source(picture: Medium, wanted: str = "") -> str:
    """Return the <source> of a picture's dark half, "" if it has none.

    Args:
        picture: The picture.
        wanted: What else must hold, a media query; "" for nothing.
    """
    return _source(picture.dark, wanted, DARK) if picture.dark else ""


def _source(url: str, *queries: str) -> str:
    return f'<source srcset="{attribute(url)}"{_media(*queries)}>'


def _media(*queries: str) -> str:
    """Return the attribute of a <source> that is for readers of whom all queries hold."""
    held = " and ".join(filter(None, queries))
    return f' media="{held}"' if held else ""


def _film(shown: Shown) -> str:
    """Return the attributes of a <video> that loops silently and can be paused."""
    poster = f' poster="{attribute(shown.still.url)}"' if shown.still else ""
    return (
        f" loop muted playsinline controls {_size(shown.films[0])} {_FLUID}"
        f' loading="lazy"{poster} aria-label="{attribute(shown.alt)}"'
    )


def _image(picture: Medium, alt: str) -> str:
    source = attribute(picture.url)
    return f'<img src="{source}" {_size(picture)} {_FLUID} loading="lazy" alt="{attribute(alt)}">'


def _size(medium: Medium) -> str:
    width, height = medium.size
    return f'width="{width}" height="{height}"'


def attribute(text: str) -> str:
    """Return a text for an attribute, safe from what reads the page before a browser does.

    >>> print(attribute('a "b" <c> {{d}} `e` $f$'))
    a &quot;b&quot; &lt;c&gt; &#123;&#123;d&#125;&#125; &#96;e&#96; &#36;f&#36;
    """
    return re.sub(r"[{}`$]", lambda found: f"&#{ord(found[0])};", escape(text))


SNIPPET = Snippet(suffix="embed.html", write=html)
