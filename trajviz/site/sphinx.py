"""Sphinx: the directive `trajviz`, in reStructuredText and in MyST, for every builder.

    extensions = ["trajviz.site.sphinx"]

    .. trajviz:: beale sgd adam
       :theme: auto

       steps = 100

What is read of a page is only its words; files are rendered for the builder that shows them, and
kept beside its doctrees. A page in HTML gets the snippet, LaTeX a PDF, every other the still.
"""

from __future__ import annotations

import dataclasses
from itertools import chain
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

import trajviz
from trajviz.errors import TrajvizError
from trajviz.site.block import Block, option_names, read_block
from trajviz.site.media import DAY, Media, Store
from trajviz.site.page import Page

_PDF = "application/pdf"
_PLACING = {
    "class": directives.class_option,
    "name": directives.unchanged,
    "align": lambda text: directives.choice(text, ("left", "center", "right")),
}
"""The options that say nothing of the race."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive, as Sphinx asks of an extension."""
    app.add_directive("trajviz", TrajvizDirective)
    app.add_post_transform(_Rendering)
    app.connect("env-purge-doc", lambda _, env, page: _races(env).pop(page, None))
    app.connect("env-merge-info", _merge)
    app.connect("build-finished", _prune)
    app.add_config_value("trajviz_trust", default=False, rebuild="env", types=(bool,))
    app.add_config_value("trajviz_cache", default="", rebuild="", types=(str,))
    app.add_config_value("trajviz_version", trajviz.__version__, rebuild="env", types=(str,))
    return {
        "version": trajviz.__version__,
        "env_version": 1,  # of what is kept of pages, which are read again with another
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


class race(nodes.General, nodes.Element):  # noqa: N801  # docutils' nodes are called so
    """A block in a page that was read; what a builder shows of it stands in its place later.

    Its attributes are those of `read_block`, in texts, so that it can be kept.
    """


class TrajvizDirective(SphinxDirective):
    """Reads a block, and says at once what is wrong with it."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = {  # noqa: RUF012  # as docutils has it
        **dict.fromkeys((*option_names(), "alt"), directives.unchanged),
        **_PLACING,
    }

    def run(self) -> list[nodes.Node]:
        """Return the block, in a container that carries class and name."""
        node = race(**self._said())
        try:
            self._note(_block(node, trust=self.config.trajviz_trust))
        except TrajvizError as error:
            here = f"{node['page']}, line {node['line']}: "  # which Sphinx says itself
            raise self.error(str(error).removeprefix(here)) from error
        return [self._placed(node)]

    def _note(self, block: Block) -> None:
        """Note from which files a block is made, with any of which its page is stale; its name."""
        store = Store(Path(self.env.doctreedir))
        _races(self.env).setdefault(self.env.docname, set()).add(store.stem_of(block))
        for path in sorted(store.files):
            self.env.note_dependency(str(path.absolute()))

    def _said(self) -> dict[str, Any]:
        source, line = self.get_source_info()
        return {
            "words": " ".join(self.arguments),
            "body": "\n".join(self.content),
            "options": {name: self.options[name] for name in self.options if name not in _PLACING},
            "page": Path(source).name,
            "line": line,
            "body_line": self.content_offset + 1,
            "folder": str(Path(self.env.doc2path(self.env.docname)).parent),
            "align": self.options.get("align", ""),
        }

    def _placed(self, node: race) -> nodes.container:
        align = [f"align-{node['align']}"] if node["align"] else []
        box = nodes.container("", node, classes=["trajviz", *align, *self.options.get("class", [])])
        self.set_source_info(node)
        self.set_source_info(box)
        self.add_name(box)
        return box


def _block(node: race, *, trust: bool) -> Block:
    """Return the block that a node holds."""
    page = Page(
        name=node["page"],
        line=node["line"],
        folder=Path(node["folder"]),
        body_line=node["body_line"],
    )
    return read_block(node["words"], node["body"], page=page, options=node["options"], trust=trust)


class _Rendering(SphinxPostTransform):
    """Puts in place of each block what the builder can show, and has its files copied."""

    default_priority = 5  # before what looks for images

    def run(self, **_: Any) -> None:
        """Render the blocks of a page; one page is at work at a time."""
        found = [*self.document.findall(race)]
        if not found:
            return
        store = Store(_cache(self.app))
        for node in found:
            try:
                block = _block(node, trust=self.config.trajviz_trust)
                node.replace_self(self._shown(block, store, node))
            except TrajvizError as error:
                raise ExtensionError(str(error)) from error

    def _shown(self, block: Block, store: Store, node: race) -> list[nodes.Node]:
        builder = self.app.builder
        if builder.format == "html" and builder.name != "epub":
            return [self._in_html(store.media(block, "html"), store, builder)]
        if not builder.format:  # it looks at links, or for words to be translated
            return []
        return [self._still(_still_of(block, store, builder), store, node)]

    def _in_html(self, media: Media, store: Store, builder: Builder) -> nodes.Node:
        """Return the snippet, whose files lie where the builder has its images."""
        for name in media.names:
            builder.images[str(store.folder / name)] = name
        page = builder.get_target_uri(self.env.docname)
        address = relative_uri(page, builder.imagedir)
        return nodes.raw("", media.snippet(address), format="html")

    def _still(self, media: Media, store: Store, node: race) -> nodes.Node:
        shown = media.shown()
        path = str(store.folder / (shown.printed or shown.picture).name)
        self.env.images.add_file(self.env.docname, path)
        align = {"align": node["align"]} if node["align"] else {}
        return nodes.image(uri=path, candidates={"*": path}, alt=media.alt, **align)


def _races(env: BuildEnvironment) -> dict[str, set[str]]:
    """Return how the files of each page's blocks are called, without suffix."""
    if not hasattr(env, "trajviz_races"):
        env.trajviz_races = {}
    found: dict[str, set[str]] = env.trajviz_races
    return found


def _merge(_: Sphinx, env: BuildEnvironment, pages: set[str], other: BuildEnvironment) -> None:
    """Take what another process has found in the pages that it has read."""
    _races(env).update({page: _races(other)[page] for page in pages & _races(other).keys()})


def _prune(app: Sphinx, exception: Exception | None) -> None:
    """Remove from the cache what no page has, whether it was built or not, or had today."""
    if exception is None:
        Store(_cache(app)).keep_only({*chain(*_races(app.env).values())}, unasked=DAY)


def _cache(app: Sphinx) -> Path:
    """Return the folder of what is rendered: the configured one, else beside the doctrees."""
    given = app.config.trajviz_cache
    return Path(app.confdir, given) if given else Path(app.doctreedir, "trajviz")


def _still_of(block: Block, store: Store, builder: Builder) -> Media:
    """Return the still of a block: a PDF where a builder takes it, else a PNG."""
    name = "pdf" if _PDF in builder.supported_image_types else "png"
    if name == "pdf" and (block.recipe.at or block.recipe.look.strip):
        return store.media(block, "latex")
    recipe = block.recipe.changed(format=name, animate=False)
    return store.media(dataclasses.replace(block, recipe=recipe), "html")
