"""The one exception of our own, and how it suggests what was meant."""

from __future__ import annotations

from collections.abc import Iterable


class TrajvizError(ValueError):
    """A request that cannot be carried out: what was given, what is allowed, the nearest guess."""


def unknown(what: str, given: str, allowed: Iterable[str]) -> TrajvizError:
    """Return the error for a name that is not among those allowed.

    >>> print(unknown("surface", "beal", ["beale", "bowl"]))
    unknown surface 'beal', did you mean 'beale'? Known: beale, bowl
    """
    from difflib import get_close_matches

    names = sorted(allowed)
    spelled = {name.lower(): name for name in names}
    near = get_close_matches(given.lower(), spelled, n=1)
    guess = f", did you mean {spelled[near[0]]!r}?" if near else "."
    return TrajvizError(f"unknown {what} {given!r}{guess} Known: {', '.join(names)}")


def not_installed(what: str, needs: str, extra: str) -> TrajvizError:
    """Return the error for a library that is missing, which says how to install it.

    The distribution is on no index yet, so it is installed from a checkout.

    >>> print(not_installed("scipy.BFGS", "scipy", "scipy"))
    scipy.BFGS needs scipy, which is not installed: in a checkout, pip install '.[scipy]'
    """
    return TrajvizError(
        f"{what} needs {needs}, which is not installed: in a checkout, pip install '.[{extra}]'"
    )


def shown(thing: object) -> str:
    """Return an object as a message shows it: in one line that is not long.

    >>> shown([0] * 100)
    '[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,...'
    """
    text = " ".join(repr(thing).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
