"""Fences in Markdown: which are ours, as CommonMark sees it, and what replacing leaves alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from trajviz.site.markdown import find_fences, replace_fences

BLOCK = "```trajviz beale adam\nsteps = 7\n```\n"


def said(text):
    return [(fence.words, fence.body) for fence in find_fences(text)]


def shown(text, snippet="<p>here</p>"):
    fences = find_fences(text)
    return replace_fences(text, fences, [snippet] * len(fences))


OURS = {
    "a fence": BLOCK,
    "tildes": "~~~~ trajviz   beale adam  \nsteps = 7\n~~~~~~\n",
    "indented a little": "  ```trajviz beale adam\n  steps = 7\n  ```\n",
    "in a list": "- one\n\n  ```trajviz beale adam\n  steps = 7\n  ```\n- two\n",
    "beginning an item": "1. ```trajviz beale adam\n   steps = 7\n   ```\n2. two\n",
    "in a list in a list": "- a\n  - b\n\n     ```trajviz beale adam\n     steps = 7\n     ```\n",
    "quoted": "> so\n>\n> ```trajviz beale adam\n> steps = 7\n> ```\n",
    "a quotation that ends": "> ```trajviz beale adam\n> steps = 7\n\ntext\n",
    "behind front matter": f"---\ntitle: x\n---\n{BLOCK}",
    "behind a rule": f"---\n\n{BLOCK}",
    "a tab": "```trajviz\tbeale adam\nsteps = 7\n```\n",
    "never closed": "```trajviz beale adam\nsteps = 7\n",
    "behind a comment": f"<!-- no -->\n{BLOCK}",
    "behind a shorter fence": f"~~~\n~~~\n{BLOCK}",
    "a mark": "\ufeff" + BLOCK,
    "old line ends": BLOCK.replace("\n", "\r\n"),
}

NOT_OURS = {
    "another language": "```python\nx\n```\n",
    "a longer name": "```trajvizual beale\n```\n",
    "within a longer fence": f"````markdown\n{BLOCK}````\n",
    "within another fence": f"~~~\n{BLOCK}~~~\n",
    "within a comment": f"<!--\n{BLOCK}-->\n",
    "within raw HTML": f"<pre>\n{BLOCK}</pre>\n",
    "indented as code": "text\n\n    ```trajviz beale\n    ```\n",
    "front matter": f"---\ntext: |\n{BLOCK}---\n",
    "front matter in TOML": f"+++\ntext = '''\n{BLOCK}'''\n+++\n",
    "in a line": "A ```trajviz beale``` in a line.\n",
    "two": "``trajviz beale\n``\n",
}


@pytest.mark.parametrize("text", OURS.values(), ids=OURS)
def test_a_fence_of_ours_is_found_wherever_it_stands(text):
    assert said(text) == [("beale adam", "steps = 7\n")]


@pytest.mark.parametrize("text", NOT_OURS.values(), ids=NOT_OURS)
def test_what_is_only_shown_is_left_alone(text):
    assert said(text) == []


@pytest.mark.parametrize(
    "opening", ["!!! note", "??? tip", '=== "Tab"', "??? note ", "???+ note", ":   meaning"]
)
def test_what_mkdocs_indents_is_content(opening):
    text = "".join(f"    {line}\n" for line in BLOCK.splitlines())
    assert said(f"{opening}\n\n{text}")


@pytest.mark.parametrize("text", [*OURS.values(), *NOT_OURS.values()])
def test_commonmark_sees_the_same_blocks(text):
    tokens = MarkdownIt().parse(text.lstrip("\ufeff"))
    theirs = [token.content for token in tokens if token.type == "fence" and token.info.strip()]
    infos = [token.info.split()[0] for token in tokens if token.type == "fence" and token.info]
    ours = [body for body, info in zip(theirs, infos, strict=True) if info == "trajviz"]
    if not text.startswith(("---\nt", "+++")):  # front matter is none of CommonMark's
        assert [body for _, body in said(text)] == ours


LINES = st.sampled_from(
    """
```trajviz beale|```|~~~|````|text||- item|  more|> quoted|1. one|> ```trajviz|> ```|---
  ```trajviz bowl|  ```|    code|<!-- c -->|steps = 7|    ```trajviz a|- ```trajviz b|\tx|<!--|-->
a\x0bb\u2028c
""".replace("\n", "|").split("|")
)
TEXTS = st.lists(LINES, max_size=12).map("\n".join) | st.text()
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@given(TEXTS, ENDS)
def test_a_text_without_blocks_comes_back_byte_for_byte(text, end):
    text = text.replace("trajviz", "python").replace("\n", end)
    assert shown(text) == text


@given(TEXTS, ENDS)
def test_lines_outside_of_blocks_are_kept_in_order(text, end):
    text = text.replace("\n", end)
    fences = find_fences(text)
    kept, lines = [], re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
    for number, line in enumerate(lines, 1):
        if not any(fence.line <= number < fence.end for fence in fences):
            kept.append(line)
    rest = iter(re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", shown(text)))
    assert all(line in rest for line in kept)  # in this order, since each is looked for onwards
    assert {end} >= set(re.findall(r"\r\n|\r|\n", shown(text))) or "\r" in text


@given(TEXTS)
def test_the_blocks_of_any_text_are_in_order_and_apart(text):
    ends = [0]
    for fence in find_fences(text):
        assert ends[-1] <= fence.line < fence.end
        ends.append(fence.end)
    assert ends[-1] <= len(re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)) + 1


def test_a_snippet_is_quoted_and_indented_as_its_fence_was():
    assert (
        shown("- a\n\n  ```trajviz x\n  ```\n- b\n", "one\ntwo") == "- a\n\n  one\n  two\n\n- b\n"
    )
    assert shown("> ```trajviz x\n> ```\n", "one\ntwo") == "> one\n> two\n"
    assert shown("1. ```trajviz x\n   ```\n", "one\ntwo") == "1. one\n   two\n"


def test_a_snippet_stands_apart_from_the_text_around_it():
    assert shown(f"before\n{BLOCK}after\n") == "before\n\n<p>here</p>\n\nafter\n"
    assert shown(f"before\n\n{BLOCK}\nafter") == "before\n\n<p>here</p>\n\nafter"
    assert shown(BLOCK.removesuffix("\n")) == "<p>here</p>"


def test_a_snippet_has_the_line_ends_of_its_text():
    assert shown("a\r\n\r\n```trajviz x\r\n```\r\n", "one\ntwo") == "a\r\n\r\none\r\ntwo\r\n"


def test_a_fence_says_in_which_line_it_begins():
    assert [fence.line for fence in find_fences(f"---\na: b\n---\n\n{BLOCK}\n{BLOCK}")] == [5, 9]
