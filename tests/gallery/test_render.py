"""One item rendered: from its own folder, or from what is sent to another machine."""

import pickle
from pathlib import Path

import pytest
from galleries import everything, write

from trajviz.errors import TrajvizError
from trajviz.gallery.render import RenderJob, render, render_remotely
from trajviz.gallery.versions import installed_versions

TABLE = {
    "surface": "own.py",
    "optimizers": [{"name": "rules/mine.py:rule"}, {"name": "sgd", "lr": 0.1}],
    "theme": "own.toml",
    "language": "words.toml",
    "paths": ["own.csv", "more/own.csv"],
    "steps": 3,
    "size": [160, 120],
    "title": "Own",
    "outputs": ["a.png"],
}
MINE = """
def rule(gradient, w, lr=0.1):
    while True:
        yield w
        w = w - lr * gradient(w)
"""


@pytest.fixture
def job(tmp_path):
    folder = write(tmp_path / "gallery")
    for name, text in {
        "rules/mine.py": MINE,
        "words.toml": 'height = "jen"',
        "more/own.csv": (folder / "own.csv").read_text(),
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return RenderJob(
        name="own",
        recipe=TABLE,
        folder=str(folder),
        files=(("a.png", None, ""), ("stills/a-1.png", 1, "")),
        target=str(tmp_path / "target"),
    )


def test_the_files_of_a_job_are_in_its_target(job):
    result = render(job)
    assert result.title == "Own"
    assert result.versions == installed_versions()
    assert result.data == {}
    made = everything(Path(job.target))
    assert made.keys() == {"a.png", "stills/a-1.png"}
    assert made["a.png"] != made["stills/a-1.png"]


def test_a_packed_job_needs_no_file_of_ours_and_gives_the_same_files(job, monkeypatch, tmp_path):
    packed = pickle.loads(pickle.dumps(job.packed()))
    assert sorted(Path(name).name for name in packed.inputs) == [
        "mine.py", "own.csv", "own.csv", "own.py", "own.toml", "words.toml",
    ]  # fmt: skip
    render(job)
    (tmp_path / "gallery").rename(tmp_path / "gone")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    result = render_remotely(packed)
    assert dict(result.data) == everything(Path(job.target))
    assert everything(tmp_path / "elsewhere") == {}


def test_what_is_no_file_of_the_recipes_own_stays_as_it_is(job, tmp_path):
    absolute = tmp_path / "gallery" / "own.py"
    recipe = {
        "surface": f"{absolute}:k=1", "theme": "~/own.toml", "paths": [],
        "optimizers": [{"name": "sgd"}],
    }  # fmt: skip
    packed = RenderJob(**{**vars(job), "recipe": recipe}).packed()
    assert packed.recipe == {**recipe, "outputs": []}
    assert packed.inputs == {}


def test_parameters_stay_with_the_file_they_belong_to(job):
    packed = RenderJob(**{**vars(job), "recipe": {**TABLE, "surface": "own.py:k=2"}}).packed()
    assert packed.recipe["surface"] == "0/own.py:k=2"
    assert [one["name"] for one in packed.recipe["optimizers"]] == ["5/mine.py:rule", "sgd"]


def test_a_mistake_in_a_recipe_is_told_with_the_items_name(job):
    wrong = RenderJob(**{**vars(job), "recipe": {**TABLE, "steps": 0}})
    with pytest.raises(TrajvizError, match="own: steps 0"):
        render(wrong)
