"""A scene in motion as one SVG, for a file of its own and for a page that plays it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from trajviz.animation import Animation
from trajviz.files.formats._drawing import Letters, clip_of, hexed, mark, number, view_of
from trajviz.files.formats._motion import Moving
from trajviz.files.formats._paths import FINE
from trajviz.recipe.recipe import Playback
from trajviz.scene import Scene

_BASE = ".l{fill:none;stroke-linecap:round;stroke-linejoin:round}"


@dataclass(frozen=True)
class AnimatedDrawing:
    """A scene as SVG: `definitions` and `content`, and the style sheet's `keyframes`.

    `total` and `motion` are the seconds of a whole round and of its moving part, `loop` how many
    rounds there are, 0 for ever.
    """

    scene: Scene
    definitions: str
    content: str
    keyframes: str
    total: float
    motion: float
    loop: int

    @classmethod
    def of(
        cls, animation: Animation, playback: Playback, scripted: bool = False
    ) -> AnimatedDrawing:
        """Draw a scene, none of whose plots turns or has basins.

        The step number moves by itself, or is there for a script to set.
        """
        scene, letters = animation.scene, Letters()
        moving = Moving(animation, playback, letters)
        counted = moving.settable if scripted else moving.counter
        clips = [f"b{place}" for place in range(len(scene.plots))]
        named = list(zip(clips, scene.plots, strict=True))
        definitions = "".join(clip_of(name, plot.box) for name, plot in named)
        content = "".join(
            [
                *(f'<g clip-path="url(#{name})">{view_of(p, letters)}</g>' for name, p in named),
                *(mark(shape, letters) for shape in scene.marks),
                *(moving.plot(plot, name) for name, plot in named),
                counted(scene.counter) if scene.counter else "",
            ]
        )
        definitions += letters.definitions + moving.definitions
        timeline = moving.timeline
        return cls(
            scene, definitions, content, "".join(timeline.rules),
            timeline.total, timeline.motion, timeline.loop,
        )  # fmt: skip

    def timing(self, scope: str = "", rounds: int = 0) -> str:
        """Return the rules by which what can move does, within a scope of the page.

        Without a number of rounds there are as many as were asked for.
        """
        count = rounds or self.loop or "infinite"
        return (
            f"{scope}.m,{scope}.s{{animation-duration:{number(self.total)}s;animation-fill-mode:both;"
            f"animation-iteration-count:{count};animation-timing-function:linear}}"
            f"{scope}.s{{animation-timing-function:step-end}}"
        )

    @property
    def summary(self) -> str:
        """What there is to see, in words."""
        words = self.scene.words
        *names, last = (chip.name for chip in words.chips)
        listed = f"{', '.join(names)} and {last}" if names else last
        return f"{words.title}: the paths of {listed}"

    def svg(self, head: str) -> str:
        """Return the whole, with a style sheet and such at its beginning."""
        width, height = self.scene.size
        background = hexed(self.scene.theme.background)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width * FINE} {height * FINE}" role="img" '
            f'aria-label="{escape(self.summary)}">'
            f"{head}<style>{_BASE}</style><defs>{self.definitions}</defs>"
            f'<path fill="{background}" d="M0 0h{width * FINE}v{height * FINE}H0z"/>'
            f"{self.content}</svg>"
        )
