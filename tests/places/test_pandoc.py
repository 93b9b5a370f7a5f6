"""The filter for pandoc and Quarto: a player in HTML, the still in LaTeX and Word, errors told."""

import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from places.published import media_of, served
from programs import TRAJVIZ, trajviz

pypandoc = pytest.importorskip("pypandoc")

RACE = "steps = 5\nsize = [160, 120]\nseconds = 0.2\n"
PAGE = f"""---
title: A race
---

Text.

- In a list:

  ```{{.trajviz race="bowl sgd:lr=0.1"}}
{"".join(f"  {line}{chr(10)}" for line in RACE.splitlines())}  ```

```trajviz
surface = "bowl"
optimizers = ["sgd:lr=0.1"]
alt = "A *bowl* & {{it}}"
{RACE}```

```python
print("stays")
```
"""
ALT = "Contour plot of an elongated bowl from (-9, 2.4)."


def pandoc(folder, *words, source="index.md", text=None):
    """Run pandoc with the filter in a folder."""
    lua = Path(trajviz("site", "--filter").stdout.strip())
    command = [pypandoc.get_pandoc_path(), "--lua-filter", str(lua), "-s", source, *words]
    env = {**os.environ, "TRAJVIZ": str(TRAJVIZ)}
    return subprocess.run(
        command, cwd=folder, env=env, input=text, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pandoc")
    (folder / "index.md").write_text(PAGE, encoding="utf-8")
    done = pandoc(folder, "-o", "index.html")
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def test_html_shows_players_whose_media_come(folder, page_of):
    with served(folder) as address:
        media = media_of(page_of, f"{address}index.html")
    shown = [one for one in media if one["shown"]]
    assert [one["kind"] for one in shown] == ["video", "video"]
    assert shown[0]["words"].startswith(ALT)
    assert shown[1]["words"] == "A *bowl* & {it}"
    assert "stays" in (folder / "index.html").read_text("utf-8")


def test_a_second_time_and_other_formats_render_nothing(folder):
    before = {path: path.stat().st_mtime_ns for path in (folder / "trajviz").rglob("bowl-*")}
    assert len(before) == 4
    assert pandoc(folder, "-o", "index.tex").returncode == 0
    assert {
        path: path.stat().st_mtime_ns for path in (folder / "trajviz").rglob("bowl-*")
    } == before


def test_latex_shows_the_stills_with_alt_text(folder):
    text = pandoc(folder, "-t", "latex").stdout
    assert text.count("\\includegraphics") == 2
    (still,) = (folder / "trajviz").glob("*.png")
    assert text.count(f"trajviz/{still.name}") == 2
    assert ALT in " ".join(text.split())
    assert "<video" not in text


def test_word_holds_the_still_with_alt_text(folder):
    assert pandoc(folder, "-o", "index.docx").returncode == 0
    with zipfile.ZipFile(folder / "index.docx") as file:
        (still,) = [name for name in file.namelist() if name.startswith("word/media/")]
        document = file.read("word/document.xml").decode()
        assert file.read(still) == next((folder / "trajviz").glob("*.png")).read_bytes()
    assert f'descr="{ALT}' in document
    assert 'descr="A *bowl* &amp; {it}"' in document


def test_a_mistake_ends_it_with_page_and_line(folder):
    (folder / "wrong.md").write_text(f"{PAGE}\n```trajviz\nsurface = 'beal'\n```\n", "utf-8")
    done = pandoc(folder, "-o", "wrong.html", source="wrong.md")
    assert done.returncode != 0
    line = len(PAGE.splitlines()) + 3  # that of the key
    assert f"Error: wrong.md, line {line}: unknown surface 'beal'" in done.stderr
    assert not (folder / "wrong.html").exists()


PLAIN = f"""Text.

````markdown
```trajviz beal
```
````

> ```trajviz bowl sgd:lr=0.1
> {"> ".join(f"{line}{chr(10)}" for line in RACE.splitlines())}> ```

- In a list, the shortest:

  ```trajviz 'x**2 + 2*y**2'
  ```

`trajviz list`
"""


@pytest.mark.parametrize("reader", ["markdown", "gfm"])
def test_a_plain_fence_is_a_block_and_code_is_not(folder, reader):
    (folder / "plain.md").write_text(PLAIN, "utf-8")
    done = pandoc(folder, "-f", reader, "-t", "latex", source="plain.md")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\\includegraphics") == 2
    (still,) = (folder / "trajviz").glob("bowl-*.png")
    assert f"trajviz/{still.name}" in done.stdout
    assert "\\texttt{trajviz\\ list}" in done.stdout
    assert "trajviz beal" in done.stdout


def test_a_mistake_in_a_plain_fence_is_told_with_its_line(folder):
    (folder / "wrong.md").write_text(f"{PLAIN}\n```trajviz beal\nsteps = 5\n```\n", "utf-8")
    done = pandoc(folder, "-t", "latex", source="wrong.md")
    assert done.returncode != 0
    line = len(PLAIN.splitlines()) + 2
    assert f"Error: wrong.md, line {line}: unknown surface 'beal'" in done.stderr


@pytest.mark.parametrize(
    "fence", ["```trajviz beale sgd\n\nsteps = 7\n```\n", "~~~trajviz beale sgd\nsteps = 7\n~~~\n"]
)
def test_a_fence_that_pandoc_reads_as_text_is_told_with_its_line(folder, fence):
    (folder / "text.md").write_text(f"{PLAIN}\n{fence}", "utf-8")
    done = pandoc(folder, "-t", "latex", source="text.md")
    assert done.returncode != 0
    line = len(PLAIN.splitlines()) + 2
    assert f"Error: text.md, line {line}: pandoc reads this block as text" in done.stderr
    assert 'begin it with ```{.trajviz race="beale sgd"}' in done.stderr


def test_a_plain_fence_of_a_page_that_is_no_file_is_left_with_a_warning(folder):
    done = pandoc(folder, "-t", "plain", source="-", text="```trajviz bowl\n```\n")
    assert (done.returncode, done.stdout) == (0, "trajviz bowl\n")
    assert "`trajviz bowl` is left as it is" in done.stderr
