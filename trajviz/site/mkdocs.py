"""The plug-in for MkDocs, `plugins: [trajviz]`: fenced blocks become players.

Media are rendered once into a cache folder beside mkdocs.yml, and published as `trajviz/` of the
site. Each page finds them from where it is, with addresses of folders and without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

from mkdocs.config import base, config_options
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from trajviz.errors import TrajvizError
from trajviz.site.markdown import Fence, find_fences, replace_fences
from trajviz.site.media import DAY, Media, Store

KIND = "html"
"""The snippet; its addresses are found here, where MkDocs would leave them as they are."""
PUBLISHED = "trajviz"
"""The folder of media in the site."""


class Settings(base.Config):
    """What mkdocs.yml says of the plug-in."""

    cache = config_options.Type(str, default=".cache/trajviz")
    """The folder of media, relative to that of mkdocs.yml."""
    trust = config_options.Type(bool, default=False)
    """Whether Python files and modules may be run that blocks name."""


class TrajvizPlugin(BasePlugin[Settings]):
    """Renders the blocks of each page."""

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Learn whether each build sees all pages."""
        del command
        self._dirty = dirty
        self._server: LiveReloadServer | None = None
        self._watched: set[Path] = set()

    def on_serve(
        self, server: LiveReloadServer, /, *, config: MkDocsConfig, builder: Callable[..., None]
    ) -> LiveReloadServer:
        """Have the files watched that blocks have read: surfaces, themes, paths."""
        del config, builder
        self._server = server
        self._watch()
        return server

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Begin a build, which takes what was rendered before."""
        self._store = Store(Path(config.config_file_path or ".").parent / self.config.cache)

    def on_page_markdown(
        self, markdown: str, /, *, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Put snippets in the place of a page's blocks, and their media among the site's files."""
        fences = find_fences(markdown)
        if not fences:
            return markdown
        try:
            media = [*self._media(page, _in_source(fences, markdown, page))]
            for one in media:
                self._publish(one, config, files)
            address = get_relative_url(f"{PUBLISHED}/", page.url)
            return replace_fences(markdown, fences, [one.snippet(address) for one in media])
        except (TrajvizError, OSError) as error:
            raise PluginError(str(error)) from error

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Remove from the cache what no page has asked for today, in this site or another."""
        del config
        self._watch()
        if not self._dirty:
            self._store.keep_only(unasked=DAY)

    def _watch(self) -> None:
        if not self._server:
            return
        files = {path.absolute() for path in self._store.files}
        for path in sorted(files - self._watched):
            self._server.watch(str(path))
            self._watched.add(path)

    def _media(self, page: Page, fences: list[Fence]) -> Iterator[Media]:
        path = Path(page.file.abs_src_path or page.file.src_uri)
        for fence in fences:
            block = fence.block(str(_from_here(path)), path.parent, self.config.trust)
            yield self._store.media(block, KIND)

    def _publish(self, media: Media, config: MkDocsConfig, files: Files) -> None:
        for name in media.names:
            uri = f"{PUBLISHED}/{name}"
            if files.get_file_from_path(uri) is None:
                source = str((self._store.folder / name).absolute())
                files.append(File.generated(config, uri, abs_src_path=source))


def _in_source(fences: list[Fence], markdown: str, page: Page) -> list[Fence]:
    """Return fences with their lines in the page's file, of which MkDocs took off the metadata."""
    text = page.file.content_string.removeprefix("\ufeff")
    place = text.find(markdown)
    above = text[: max(place, 0)].count("\n")
    return [replace(fence, line=fence.line + above) for fence in fences]


def _from_here(path: Path) -> Path:
    """Return a path as it is called from the current folder, where that is above it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
