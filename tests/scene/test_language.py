"""Languages: the picture's own words, each in every language, and what is refused in a file."""

import re
from pathlib import Path

import pytest
from programs import invoke
from typefaces import font, only_fonts_in

import trajviz
from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.recipe.toml import load_toml
from trajviz.scene import languages
from trajviz.scene.language import load_language
from trajviz.scene.languages import find_language, language_names
from trajviz.scene.marks import Text

ENGLISH = load_toml(find_language("en"))
OTHERS = [name for name in language_names() if name != "en"]
SMALL = {"size": (320, 240), "steps": 20, "seconds": 0.4, "hold": 0}
CODE = Path(trajviz.__file__).parent


def language_file(folder, text, name="klingon.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def texts(scene):
    """Return all that is written in a picture."""
    views = [vector for plot in scene.plots for vector in plot.view.vectors(0, 3, 0)]
    return [mark.text for mark in [*scene.marks, *views] if isinstance(mark, Text)]


# The files


@pytest.mark.parametrize("name", OTHERS)
def test_each_language_has_all_words_and_its_own(name):
    own = load_toml(find_language(name))
    assert own.keys() == ENGLISH.keys()
    wordless = {key for key in own if not re.search(r"\w", re.sub(r"{\w+}", "", ENGLISH[key]))}
    assert {"between_parts", "outcome_next"} <= wordless
    assert {key for key in own if own[key] == ENGLISH[key]} <= wordless
    assert load_language(name).summary.endswith(".")


def test_every_word_is_said_somewhere_in_the_code():
    said = {".py": r'"(\w+)"', ".js": r'(?:say\("|words\.)(\w+)', ".html": r"{{(\w+)}}"}
    paths = [path for path in CODE.rglob("*") if path.suffix in said]
    spoken = {key for p in paths for key in re.findall(said[p.suffix], p.read_text("utf-8"))}
    heads, clocks = "(rates|plane|arrows|page_mark)_.*", ".*_(steps|evaluations)(_back|_on)?"
    parts = re.compile(f"{heads}|.*_for|{clocks}")
    made = {key for key in ENGLISH if parts.fullmatch(key)}
    assert ENGLISH.keys() - spoken - made == set()


def test_a_file_dropped_into_the_folder_is_a_language(tmp_path, monkeypatch):
    language_file(tmp_path, 'summary = "Klingon."\n')
    monkeypatch.setattr(languages, "__path__", [*languages.__path__, str(tmp_path)])
    assert "klingon" in language_names()
    assert load_language("klingon").summary == "Klingon."


def test_what_a_file_leaves_out_is_said_in_english(tmp_path):
    path = language_file(tmp_path, 'height = "jen"\n')
    assert load_language(path).say("height") == "jen"
    assert load_language(path).say("accuracy") == "accuracy"
    assert load_language(path).summary == "English."


FIELDS = "must have {step}, {steps} in braces, each once"
REFUSED = {
    'hieght = "x"': "line 1: unknown key 'hieght', did you mean 'height'? Known: ",
    '\n\n"hieght" = "x"': "line 3: unknown key 'hieght'",
    "height = 5": "line 1: height: 5 is not a text",
    'height = ""': "line 1: height: '' is not a text",
    "# words\n[height]\n": "line 2: height: {} is not a text",
    f'height = "{"x" * 501}"': "line 1: height 'xxxxxxxxxxxxxxxxxxxx…' has 501 letters, more than",
    'height = "{x}"': "line 1: height: '{x}' must have nothing in braces, each once",
    'height = "{"': "line 1: height: '{' must have nothing in braces",
    'count_steps = "{step}"': f"line 1: count_steps: '{{step}}' {FIELDS}",
    'count_steps = "{step} {steps} {steps}"': "line 1: count_steps: '{step} {steps} {steps}' must",
    'count_steps = "{step:>9} {steps}"': "line 1: count_steps: '{step:>9} {steps}' must",
    'count_steps = "{step.x} {steps}"': "line 1: count_steps: '{step.x} {steps}' must",
    'height = "a"\nheight =': "line 2: ",
    'height = "a"\nheight = "b"': "line 2: ",
}


@pytest.mark.parametrize(("text", "says"), REFUSED.items())
def test_a_file_that_is_no_language_says_what_is_wrong_and_where(tmp_path, monkeypatch, text, says):
    language_file(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TrajvizError) as refusal:
        load_language("klingon.toml")
    assert str(refusal.value).startswith(f"klingon.toml, {says}")


# The pictures

NAMES = {"Elongated", "bowl", "SGD", "Newton", "Barzilai", "Borwein", "BFGS", "scipy", "cosine"}
NAMES |= {"run.csv", "mine", "Noisy", "moons", "sgd", "adam", "Adam", "barzilai", "borwein"}
NAMES |= {
    "Momentum",
    "RMSProp",
    "RMSprop",
    "Rosenbrock",
    "Radford",
    "newton",
    "Beale",
    "weight",
    "angle",
    "log",
}


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """The path of a language all of whose letters are paragraph signs."""
    lines = []
    for key, phrase in ENGLISH.items():
        pieces = re.split(r"(\{\w+\})", phrase)
        pieces[::2] = [re.sub("[a-zA-Z]+", "§", piece) for piece in pieces[::2]]
        lines.append(f'{key} = "{"".join(pieces)}"\n')
    return language_file(tmp_path_factory.mktemp("marked"), "".join(lines))


@pytest.fixture
def recorded(tmp_path):
    path = tmp_path / "run.csv"
    rows = [f"{name},{step},{step / 99},1\n" for name in ("mine", "sgd") for step in range(30)]
    path.write_text("optimizer,step,x,y\n" + "".join(rows[:-5]))
    return path


RACES = {
    "default": {"surface": "bowl"},
    "given": {"surface": "bowl", "optimizers": ["sgd:lr=0.1,decay=cosine", "adam:lr=0.1"]},
    "exceptions": {
        "surface": "beale",
        "lr": "customary",
        "optimizers": ["sgd", "adam", "adam:lr=0.1,label=mine", "barzilai-borwein", "newton"],
    },
    "customary": {"surface": "beale", "lr": "customary", "optimizers": ["sgd"]},
    "default rates": {"surface": "bowl", "lr": "default", "optimizers": ["sgd"]},
    "equal rates": {
        "surface": "bowl",
        "lr": "equal:0.1",
        "optimizers": ["sgd", "barzilai-borwein"],
    },
    "no rates": {"surface": "bowl", "optimizers": ["scipy.BFGS"]},
    "evaluations": {"surface": "bowl", "clock": "evaluations", "panels": ["loss"]},
    "starts": {"surface": "bowl", "starts": "2x2", "noise": 0.1, "panels": ["loss", "step-size"]},
    "lost": {"surface": "bowl", "optimizers": ["sgd:lr=1e99"]},
    "some lost": {"surface": "rosenbrock", "starts": "3x3", "optimizers": ["sgd:lr=0.002"]},
    "data": {"surface": "noisy-moons", "panels": ["accuracy", "loss"], "optimizers": ["sgd"]},
    "unbounded": {"surface": "x**2 - y**2", "title": "mine", "panels": ["loss"]},
    "relief": {
        "surface": "rosenbrock",
        "view": "relief",
        "size": (320, 240),
        "optimizers": ["sgd"],
    },
    "basins": {"surface": "bowl", "view": "basins", "optimizers": ["sgd:lr=0.1", "sgd:lr=9"]},
    "radford": {"surface": "bowl", "theme": "radford", "optimizers": ["sgd"]},
}


def assert_marked(scene):
    seen = [text for text in texts(scene) if text]
    for text in seen:
        words = re.findall(
            r"[a-zA-Z][a-zA-Z.]+", re.sub(r"\d[\d.]*e[+\N{MINUS SIGN}-]?\d+", "", text)
        )
        assert set(words) <= NAMES, text
    assert any("§" in text for text in seen)


@pytest.mark.first(3)
@pytest.mark.parametrize("case", RACES)
def test_no_phrase_of_a_picture_is_english_where_the_language_is_another(case, marked):
    options = {**SMALL, "size": (800, 600), **RACES[case]}
    assert_marked(compare(language=marked, **options).scene)


@pytest.mark.parametrize("steps", [20, 10])
def test_no_phrase_about_recorded_paths_is_english_either(steps, marked, recorded):
    options = {**SMALL, "size": (800, 600), "steps": steps}
    for optimizers in ([], ["sgd"]):
        assert_marked(
            compare("bowl", optimizers, paths=[recorded], language=marked, **options).scene
        )


def test_no_phrase_of_a_chart_of_rates_is_english_either(marked):
    recipe = trajviz.Recipe.of(surface="bowl", noise=0.1, language=str(marked), **SMALL)
    assert_marked(trajviz.tune(recipe).scene)


def test_the_counter_counts_in_the_middle_of_any_phrase():
    german = compare("bowl", language="de", **SMALL).scene
    assert german.words.around_step == ("Schritt ", " von 20")
    japanese = load_language("ja").counter("count_evaluations", 7)
    assert japanese == ("評価 ", " / 7 回")
    assert {digit.text for digit in german.counter.digits(13)} == {"1", "3"}


def test_alt_texts_stay_english():
    assert compare("bowl", language="de", **SMALL).alt_text() == compare("bowl", **SMALL).alt_text()


# The fonts


@pytest.fixture
def font_folder(tmp_path, monkeypatch):
    """Give the one folder where fonts may lie, empty."""
    (tmp_path / "fonts").mkdir()
    with only_fonts_in(tmp_path / "fonts", monkeypatch):
        yield tmp_path / "fonts"


@pytest.mark.usefixtures("font_folder")
@pytest.mark.parametrize(("name", "called"), [("zh", "Chinese, simplified"), ("ja", "Japanese")])
def test_a_language_for_which_there_is_no_font_is_refused_in_one_line(name, called, tmp_path):
    done = invoke("render", "bowl", "--language", name, "-o", "a.gif", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"language of {called}: no font found that can write" in done.stderr
    assert "fonts-noto-cjk" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "a.gif").exists()


def test_with_a_font_pixels_and_vectors_are_written_in_chinese(font_folder, tmp_path):
    every = "".join(sorted(set("".join(load_toml(find_language("zh")).values())) - set("{}")))
    font(every).save(font_folder / "NotoSansCJK-Regular.ttf")
    race = compare("bowl", ["sgd:lr=0.1"], language="zh", **{**SMALL, "steps": 3})
    assert race.scene.words.around_step == ("第 ", f" 步{chr(0xFF0C)}共 3 步")
    for suffix in ("png", "anim.svg"):
        assert race.save(tmp_path / f"a.{suffix}").stat().st_size > 1000


# Recipes


def test_a_rendered_file_is_rendered_again_in_its_language(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    language_file(tmp_path, 'summary = "Klingon."\ncount_steps = "{steps} / {step} mIw"\n')
    race = compare("bowl", ["sgd:lr=0.1"], language="./klingon.toml", **SMALL)
    recipe = trajviz.load_recipe(race.save(tmp_path / "a.png"))
    assert recipe.look.language.endswith("klingon.toml")
    again = trajviz.run(recipe)
    assert again.scene.words.around_step == ("20 / ", " mIw")
    assert again.to_bytes("png") == (tmp_path / "a.png").read_bytes()


def test_a_recipe_does_not_replace_the_language_that_it_needs(tmp_path):
    path = language_file(tmp_path, 'height = "jen"\n')
    race = compare("bowl", ["sgd:lr=0.1"], language=path, steps=2)
    with pytest.raises(TrajvizError, match="is the language's file"):
        race.save_recipe(path)
