"""Which font file draws a text: DejaVu, which comes with matplotlib, or else one of this machine.

DejaVu has Latin, Greek, Cyrillic and more, but no Chinese, Japanese or Korean. For a text that it
is known to have no font is searched for, and no file read.
"""

from __future__ import annotations

import functools
import importlib.util
import itertools
import os
import struct
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

_FAMILIES = (
    *("notosanscjk", "sourcehansans", "notosanssc", "notosanstc", "notosansjp", "notosanskr"),
    *("wqyzenhei", "wqymicrohei", "droidsansfallback", "nanumgothic", "ipagp", "takaopgothic"),
    *("hiragino", "pingfang", "stheiti", "applesdgothicneo", "arialunicode"),  # macOS
    *("msyh", "yugoth", "meiryo", "msgothic", "malgun", "simhei", "simsun"),  # Windows
    *("notosans", "freesans", "unifont"),
)
"""How the names of fall-back files begin, without spaces and hyphens, the best first."""

_ALSO_PLAIN = {"…", "\N{MINUS SIGN}", "\N{EN DASH}"}


@dataclass(frozen=True)
class Face:
    """One face of a font file: its place in a collection, its weight if that can be chosen."""

    path: Path
    index: int = 0
    weight: int | None = None


def line_of(text: str) -> str:
    """Return a text as one line: composed, blanks and controls as spaces, nothing invisible.

    >>> line_of(f"cafe{chr(0x301)} au{chr(0xA0)}la{chr(0xAD)}it")
    'café au lait'
    """
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", "".join(map(_visible, text)))


def _visible(character: str) -> str:
    if character.isspace() or unicodedata.category(character) == "Cc":
        return " "
    invisible = unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"
    return "" if invisible else character


def runs_of(line: str, bold: bool) -> list[tuple[Face, str]]:
    """Return a line's pieces in order, each with the face that draws it.

    It is one piece where one face has all its characters. Otherwise DejaVu fills in what the other
    face lacks.

    Args:
        line: A text as `line_of` returns it.
        bold: Whether it is set in bold.

    Raises:
        TrajvizError: No font of this machine has a glyph, or the script is written from right to
            left or joins its letters.
    """
    own = own_face(bold)
    if line.isascii() or all(map(_is_plain, line)):
        return [(own, line)]
    if any(map(_needs_shaping, line)):
        raise TrajvizError(
            f"cannot write {line!r}: letters that run from right to left, join or move are not "
            "supported; use another script"
        )
    if set(line) <= _characters(own):
        return [(own, line)]
    other = _fall_back(line, bold, _folders())
    pieces = itertools.groupby(line, _characters(other).__contains__)
    return [(other if has else own, "".join(piece)) for has, piece in pieces]


def _is_plain(character: str) -> bool:
    """Tell whether DejaVu surely has a character, without looking: most texts need no more."""
    latin = character < "\u0250"
    greek = "\N{GREEK CAPITAL LETTER ALPHA}" <= character <= "\N{GREEK SMALL LETTER OMEGA}"
    return ((latin or greek) and character.isprintable()) or character in _ALSO_PLAIN


def _needs_shaping(character: str) -> bool:
    """Tell whether a character is written leftwards, moves around its neighbour or joins it."""
    return (
        unicodedata.bidirectional(character) in {"R", "AL", "AN"}
        or unicodedata.category(character) == "Mc"
        or unicodedata.combining(character) == 9  # a virama
    )


@functools.cache
def own_face(bold: bool) -> Face:
    """Return the face of DejaVu, which comes with matplotlib; TrajvizError where it does not.

    matplotlib is found but not imported: that would take longer than drawing a picture.
    """
    spec = importlib.util.find_spec("matplotlib")
    assert spec is not None  # a dependency of the project
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
    path = folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    if not path.is_file():
        raise TrajvizError(f"matplotlib's font {path} is missing: install matplotlib anew")
    return Face(path)


def _home() -> Path:
    """Return the user's home; where there is none, as in some containers, the root."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.sep)


def _folders() -> tuple[Path, ...]:
    """Return where fonts lie on Linux, macOS and Windows; most do not exist here."""
    home = _home()
    get = os.environ.get
    shares = [
        get("XDG_DATA_HOME") or str(home / ".local" / "share"),
        *(get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(os.pathsep),
    ]
    return (
        *(Path(share) / "fonts" for share in shares),
        home / ".fonts",
        home / "Library" / "Fonts",
        Path("/Library/Fonts"),
        Path("/System/Library/Fonts"),
        Path(get("LOCALAPPDATA") or home) / "Microsoft" / "Windows" / "Fonts",
        Path(get("WINDIR") or r"C:\Windows") / "Fonts",
    )


@functools.lru_cache(maxsize=256)
def _fall_back(line: str, bold: bool, folders: tuple[Path, ...]) -> Face:
    lacking, region = set(line) - _characters(own_face(bold)), _region(line)
    scripts = {name.lower() for name in _scripts(lacking)}
    for path in sorted(_fall_back_files(folders), key=lambda path: _merit(path, scripts, bold)):
        faces = sorted(_faces(path, bold), key=lambda face: not _family(face).endswith(region))
        for face in faces:
            if lacking <= _characters(face):
                return face
    codes = [f"U+{ord(character):04X}" for character in sorted(lacking)]
    raise TrajvizError(
        f"no font found that can write {line!r} ({', '.join(codes[:4])}"
        f"{', ...' * (len(codes) > 4)}): install Noto Sans for that script, on Debian and Ubuntu "
        "fonts-noto-cjk or fonts-noto-core"
    )


@functools.cache
def _fall_back_files(folders: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(
        Path(folder) / name
        for top in folders
        for folder, _, names in os.walk(top)
        for name in names
        if name.lower().endswith((".ttf", ".otf", ".ttc", ".otc")) and _rank(name) is not None
    )


def _rank(name: str) -> int | None:
    """Return a file's place among the families, by how its name begins."""
    plain = name.lower().replace("-", "").replace("_", "").replace(" ", "")
    return next((i for i, family in enumerate(_FAMILIES) if plain.startswith(family)), None)


def _merit(path: Path, scripts: set[str], bold: bool) -> tuple[bool, int, bool, bool, str]:
    """Return what to sort files by, the best first: made for the script, family, weight."""
    rank, name = _rank(path.name), path.stem.lower()
    assert rank is not None
    for_script = any(script in name for script in scripts)
    is_bold = name.endswith(("bold", "bd"))
    plain = is_bold or "-" not in name or name.endswith("regular")
    return not for_script, rank, is_bold is not bold, not plain, str(path)


@functools.cache
def _faces(path: Path, bold: bool) -> tuple[Face, ...]:
    """Return the faces of a font file that we can draw; a file that is no font has none."""
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    several = path.suffix.lower() in {".ttc", ".otc"}
    try:
        with path.open("rb") as file:  # which fontTools would leave open after an error
            fonts = TTCollection(file, lazy=True).fonts if several else [TTFont(file, lazy=True)]
            found = [_face(path, index, font, bold) for index, font in enumerate(fonts)]
    except (OSError, TTLibError, AssertionError, struct.error):  # as fontTools puts it
        return ()
    return tuple(face for face in found if face)


def _face(path: Path, index: int, font: TTFont, bold: bool) -> Face | None:
    axes = [axis.axisTag for axis in font["fvar"].axes] if "fvar" in font else []
    if not {"glyf", "CFF ", "CFF2"} & set(font.keys()) or axes not in ([], ["wght"]):
        return None
    return Face(path, index, (700 if bold else 400) if axes else None)


def open_face(face: Face) -> TTFont:
    """Return a face's tables, each read when it is looked at; whoever opens it closes it."""
    from fontTools.ttLib import TTFont

    return TTFont(face.path, fontNumber=face.index, lazy=True)


@functools.cache
def _characters(face: Face) -> frozenset[str]:
    """Return what a face has glyphs for."""
    with open_face(face) as font:
        return frozenset(map(chr, font.getBestCmap() or ()))


@functools.cache
def _family(face: Face) -> str:
    with open_face(face) as font:
        return font["name"].getBestFamilyName() or ""


def _scripts(characters: Iterable[str]) -> set[str]:
    """Return the first words of the characters' names, which for letters is their script."""
    return {unicodedata.name(character, "?").partition(" ")[0] for character in characters}


def _region(line: str) -> str:
    """Return the region whose forms of Chinese characters a line wants, as faces are named."""
    scripts = _scripts(line)
    if scripts & {"HIRAGANA", "KATAKANA"}:
        return "JP"
    if "HANGUL" in scripts:
        return "KR"
    return "TC" if "BOPOMOFO" in scripts else "SC"
