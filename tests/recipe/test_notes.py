"""Notes: what a recipe says of them, and what is refused."""

import pytest

from trajviz import TrajvizError, compare, load_recipe
from trajviz.recipe.notes import Note, parse_note, spelled_note
from trajviz.recipe.recipe import Recipe

RECIPE = """surface = "bowl"
optimizers = ["sgd:lr=0.1"]
steps = 9

[[notes]]
step = 4
text = "in the valley"
pause = 1.5
"""


def saved(folder, text):
    path = folder / "r.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("note", [Note(0, "go"), Note(7, "a: b, c", 2.0), Note(3, "谷底", 0.25)])
def test_a_note_comes_back_from_its_words(note):
    assert parse_note(str(note)) == note


def test_tables_of_notes_and_texts_are_the_same(tmp_path):
    text = 'surface = "bowl"\noptimizers = ["sgd:lr=0.1"]\nsteps = 9\nnotes = ["{}"]\n'
    one = load_recipe(saved(tmp_path, RECIPE))
    assert one.playback.notes == ("4+1.5:in the valley",)
    assert load_recipe(saved(tmp_path, text.format("4+1.5:in the valley"))) == one
    called = compare("bowl", steps=9, notes=[(4, "in the valley", 1.5)])
    assert called.playback == one.playback


def test_a_saved_recipe_says_its_notes(tmp_path):
    race = compare("bowl", ["sgd:lr=0.1"], steps=9, notes=["4+1:here", {"step": 0, "text": "go"}])
    again = load_recipe(race.save_recipe(tmp_path / "again.toml"))
    assert again.playback.said == race.playback.said == (Note(0, "go"), Note(4, "here", 1.0))


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        (["soon:go"], "'soon:go' is no note, as in 20:TEXT"),
        (["-1:go"], "'-1:go' is no note"),
        (["10:go"], "its step is not from 0 to 9"),
        (["4:a", "4:b"], "two notes are of step 4: '4:a', '4:b'"),
        (["4+61:a"], "stops for more than 60 s"),
        (["4:a\x1b[31m"], "has a control character"),
        (["4:" + 501 * "a"], "has 501 letters, more than 500"),
        ([f"{k % 9}:a" for k in range(41)], "41 notes are more than 40"),
        ([{"step": 4, "txt": "a"}], "unknown key of a note 'txt', did you mean 'text'?"),
        ([{"step": 4}], "text is missing in the note {'step': 4}"),
        ([(4.0, "a")], "step 4.0 of a note is not a whole number"),
        ([(4, "a", True)], "pause True of a note is not a number of seconds"),
        ([(4, "a", float("nan"))], "pause nan of a note"),
        ([4], "4 is no note: a step, a text and perhaps a pause"),
    ],
)
def test_what_is_no_note_is_refused(notes, said):
    with pytest.raises(TrajvizError) as error:
        Recipe.of(surface="bowl", steps=9, notes=tuple(map(spelled_note, notes)))
    assert said in str(error.value)


def test_the_line_of_a_recipe_that_is_wrong_is_named(tmp_path):
    with pytest.raises(TrajvizError, match=r"r\.toml: notes: text is missing"):
        load_recipe(saved(tmp_path, RECIPE.replace("text", "# text")))
