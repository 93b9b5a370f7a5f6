"""A scene in motion as one SVG, for a file of its own and for a page that plays it."""

from __future__ import annotations

from trajviz.animation import Animation
from trajviz.files.formats._drawing import Letters, clip_of, document, mark, number, view_of
from trajviz.files.formats._motion import Moving
from trajviz.files.formats._timeline import Timeline
from trajviz.frozen import dataclass
from trajviz.recipe.recipe import Playback
from trajviz.scene.alt import listed
from trajviz.scene.scene import Scene


@dataclass(frozen=True)
class AnimatedDrawing:
    """A scene in motion as the parts of an SVG.

    Attributes:
        scene: What is drawn.
        definitions: What stands in `<defs>`: outlines, clip paths and masks.
        content: The elements that are seen.
        timeline: When what is shown, and the rules of the style sheet by which it moves.
    """

    scene: Scene
    definitions: str
    content: str
    timeline: Timeline

    @classmethod
    def of(
        cls, animation: Animation, playback: Playback, scripted: bool = False
    ) -> AnimatedDrawing:
        """Draw an animation whose views stand still.

        Args:
            animation: The scene, and how many steps are taken at each frame.
            playback: How it plays.
            scripted: Whether a script will set the step number; otherwise it moves by itself.
        """
        scene, letters = animation.scene, Letters()
        moving = Moving(animation, playback, letters)
        counted = moving.settable if scripted else moving.counter
        clips = [f"b{place}" for place in range(len(scene.plots))]
        named = list(zip(clips, scene.plots, strict=True))
        definitions = "".join(clip_of(name, plot.box) for name, plot in named)
        views = [(name, view_of(plot, letters, clear=scene.clear)) for name, plot in named]
        content = "".join(
            [
                *(f'<g clip-path="url(#{name})">{view}</g>' for name, view in views),
                *(mark(shape, letters) for shape in scene.marks),
                *(moving.plot(plot, name) for name, plot in named),
                counted(scene.counter) if scene.counter else "",
                moving.subtitles(),
                moving.finale(),
            ]
        )
        definitions += letters.definitions + moving.definitions
        return cls(scene, definitions, content, moving.timeline)

    @property
    def keyframes(self) -> str:
        """The rules of the style sheet by which elements move."""
        return "".join(self.timeline.rules)

    def timing(self, scope: str = "", rounds: int = 0) -> str:
        """Return the rules that set the moving elements going.

        Args:
            scope: A selector before each, so that they only hold in a part of the page.
            rounds: How many rounds there are; 0 for as many, and as they open, as the playback has.
        """
        timeline = self.timeline
        count, total = rounds or timeline.loop or "infinite", number(timeline.total)
        opening = "animation-fill-mode:both" if rounds or not timeline.opening else self._opening
        return (
            f"{scope}.m,{scope}.s{{animation-duration:{total}s;{opening};"
            f"animation-iteration-count:{count};animation-timing-function:linear}}"
            f"{scope}.s{{animation-timing-function:step-end}}"
        )

    @property
    def _opening(self) -> str:
        """The rules by which the end is shown first, as that of a round or before the first one."""
        timeline = self.timeline
        delay = timeline.opening - (0 if timeline.loop else timeline.total)
        return f"animation-fill-mode:forwards;animation-delay:{number(delay)}s"

    @property
    def summary(self) -> str:
        """What there is to see, in words."""
        words = self.scene.words
        return f"{words.title}: the paths of {listed([chip.name for chip in words.chips])}"

    def svg(self, head: str) -> str:
        """Return the whole SVG, whose first elements are those of `head`."""
        return document(self.scene, self.summary, head, self.definitions, self.content)
