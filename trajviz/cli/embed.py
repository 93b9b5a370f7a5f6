"""trajviz embed: the snippet that shows a rendered file in a page."""

from __future__ import annotations

import click

import trajviz
from trajviz.cli._options import Name, OneValue
from trajviz.cli._output import write_text
from trajviz.files.snippets import load_snippet


@click.command(
    "embed",
    epilog="\b\nWhere a snippet goes, and what cannot be done there:\n"
    + "\n".join(f"  {name:9} {load_snippet(name).summary}" for name in trajviz.snippet_names()),
)
@click.argument("file")
@click.option(
    "--as", "kind", cls=OneValue, default="html", show_default=True,
    type=Name("NAME", "snippet_names", "place_names"),
    help="Where the snippet goes: one of the names below, or a place (see `trajviz list places`).",
)  # fmt: skip
@click.option(
    "--alt", cls=OneValue, metavar="TEXT",
    help="What the picture shows, in words. [default: computed from the recipe in FILE]",
)  # fmt: skip
@click.option(
    "--url", cls=OneValue, metavar="PREFIX", default="",
    help="The address of the folder where the files will live. [default: beside the page]",
)  # fmt: skip
@click.option("--trust", is_flag=True, help="Run the Python file that FILE's recipe names.")
def command(file: str, kind: str, alt: str | None, url: str, trust: bool) -> None:
    """Print the snippet that shows FILE in a page, with size and alt text.

    FILE is a GIF, WebP, APNG, AVIF, MP4, WebM, PNG, SVG or HTML, or a PDF for LaTeX. Files of the
    same name and size beside it belong to it: the MP4 is played, with the GIF as fall-back, and the
    PNG stands where motion is unwanted, or in place of a page for readers without scripts. The alt
    text says who came how near to which minimum after how many steps.

    \b
      trajviz embed beale.gif
      trajviz embed beale.gif --as markdown --url https://example.org/pictures
      trajviz render beale -o beale --bundle
    """  # noqa: D301  # as in render
    write_text(trajviz.embed(file, kind, alt=alt, url=url, trust=trust))
