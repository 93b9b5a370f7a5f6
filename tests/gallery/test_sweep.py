"""[[sweep]]: every combination of a grid is an item."""

import pytest

from trajviz.errors import TrajvizError
from trajviz.gallery.gallery import load_gallery
from trajviz.gallery.sweep import count_points, each_point

PLAIN = 'surface = "bowl"\noutputs = ["{name}.gif"]\n'


@pytest.fixture
def items(tmp_path):
    """Return a function from the text of a gallery.toml to its items."""

    def read(text):
        (tmp_path / "gallery.toml").write_text(text, encoding="utf-8")
        return list(load_gallery(tmp_path).items())

    return read


def sweep(text):
    return f"[[sweep]]\n{PLAIN}{text}"


def test_a_sweep_is_every_combination_of_its_grid(items):
    found = items("""
        [[sweep]]
        name = "rates"
        surface = "bowl"
        title = "At {lr}"
        caption = "SGD at {lr} from ({start})."
        optimizers = ["sgd", "momentum:beta=0.5"]
        outputs = ["{name}.gif"]
        grid = { lr = [0.1, 0.25], start = [[1, 2], [-1, 2.5]] }
    """)
    assert [item.name for item in found] == [
        "rates-lr=0.1-start=1_2",
        "rates-lr=0.1-start=-1_2.5",
        "rates-lr=0.25-start=1_2",
        "rates-lr=0.25-start=-1_2.5",
    ]
    assert [item.recipe.start for item in found] == [(1, 2), (-1, 2.5)] * 2
    last = found[-1]
    assert last.files == ("rates-lr=0.25-start=-1_2.5.gif",)
    assert [dict(spec.settings) for spec in last.recipe.optimizers] == [
        {"lr": 0.25},
        {"beta": 0.5, "lr": 0.25},
    ]
    assert (last.recipe.look.title, last.caption) == ("At 0.25", "SGD at 0.25 from (-1, 2.5).")


def test_a_grid_takes_any_key_of_a_recipe_and_any_setting(items):
    found = items("""
        [[sweep]]
        steps = 10
        outputs = ["{name}.gif"]
        [sweep.grid]
        surface = ["beale", "rosenbrock:b=10", "x**2 + y**2"]
        optimizers = [["sgd:lr=0.1"], ["adam", "sgd"]]
        theme = ["light", "dark"]
        decay = ["cosine"]
    """)
    assert len({item.name for item in found}) == 12
    assert {item.recipe.surface for item in found} == {"beale", "rosenbrock:b=10", "x**2 + y**2"}
    assert all(s.schedule.name == "cosine" for item in found for s in item.recipe.optimizers)


def test_the_grid_is_before_the_defaults(items):
    defaults = "[defaults]\nsteps = 7\ntheme = 'dark'\nnoise = 0.5\n"
    found = items(f"{defaults}{sweep('noise = 0.1')}\ngrid = {{ steps = [3, 4] }}")
    assert [item.recipe.steps for item in found] == [3, 4]
    assert {(item.recipe.look.theme, item.recipe.noise) for item in found} == {("dark", 0.1)}


def test_a_rate_in_a_grid_is_each_optimizers_and_a_text_the_rule_for_all(items):
    first, second = items(sweep("optimizers = ['sgd']\ngrid = { lr = [0.5, 'default'] }"))
    assert first.recipe.optimizers[0].settings == {"lr": 0.5}
    assert (second.recipe.optimizers[0].settings, second.recipe.lr) == ({}, "default")


SETTINGS = {"lr": 0.5, "decay": "cosine", "label": "mine", "color": "#123456"}


@pytest.mark.parametrize(("key", "value"), SETTINGS.items())
def test_a_setting_in_a_grid_is_for_the_default_optimizers_where_none_are_named(key, value, items):
    (item,) = items(sweep(f"grid = {{ {key} = [{value!r}] }}"))
    names = [spec.optimizer.name for spec in item.recipe.optimizers]
    assert names == ["sgd", "momentum", "rmsprop", "adam"]
    assert all(spec.table[key] == value for spec in item.recipe.optimizers)


def test_a_setting_of_a_schedule_is_one_too(items):
    (item,) = items(sweep("optimizers = ['sgd:lr=1,decay=step']\ngrid = { every = [7] }"))
    (spec,) = item.recipe.optimizers
    assert spec.schedule.complete["every"] == 7


def test_a_rate_that_is_to_be_tuned_stays_so(items):
    (item,) = items(
        sweep("grid = { beta = [0.5] }\n")
        + "[[sweep.optimizers]]\nname = 'momentum'\nlr = 0.1\nlr_rule = 'tuned'"
    )
    (spec,) = item.recipe.optimizers
    assert spec.settings == {"beta": 0.5}


def test_a_sweep_without_a_name_has_that_of_its_surface(items):
    (item,) = items(sweep("grid = { steps = [3] }").replace('"bowl"', '"x**2 + y**2"'))
    assert item.name == "x-2-y-2-steps=3"
    (item,) = items('[[sweep]]\noutputs = ["{name}.gif"]\ngrid = { surface = ["bowl"] }')
    assert item.name == "sweep-surface=bowl"


SPOKEN = {
    "3": ("3", "3"),
    "0.00001": ("1e-05", "1e-05"),
    "0.3000000001": ("0.3", "0.3000000001"),
    "true": ("True", "True"),
    "[1, 1.60]": ("1, 1.6", "1_1.6"),
    "[[1, -2.0], ['a b']]": ("1, -2, a b", "1_-2.0_a-b"),
    "'-a, b.c-'": ("-a, b.c-", "a-b.c"),
    "{ name = 'sgd', lr = 0.10 }": ("sgd 0.1", "sgd-0.1"),
}


@pytest.mark.parametrize(("value", "words"), SPOKEN.items(), ids=SPOKEN)
def test_a_value_has_a_spelling_for_texts_and_one_for_names(value, words):
    import tomllib

    table = tomllib.loads(f"surface = 'bowl'\ngrid = {{ seed = [{value}] }}")
    (point,) = each_point(table)
    assert (point.placeholders["seed"], point.label) == (words[0], f"seed={words[1]}")


def test_the_grid_is_counted_without_being_expanded():
    numbers = list(range(100_000))
    assert (
        count_points({"grid": {"seed": numbers, "steps": numbers, "noise": [0, 1]}}) == 2 * 10**10
    )
    assert count_points({"grid": {"seed": [1]}}) == 1


def test_the_points_of_a_sweep_come_one_at_a_time():
    numbers = list(range(1, 10**6))
    points = each_point({"surface": "bowl", "grid": {"seed": [1, 2], "steps": numbers}})
    assert [next(points).label for _ in range(2)] == ["seed=1-steps=1", "seed=1-steps=2"]


# What is wrong

WRONG = {
    "": "grid is missing",
    "grid = {}": "grid is missing",
    "grid = [1]": "grid is missing",
    "grid = { lr = 0.1 }": "grid: lr 0.1 is not a list of values",
    "grid = { lr = [] }": "grid: lr [] is not a list of values",
    **{
        f"grid = {{ {key} = ['a'] }}": f"grid: {key} makes no other picture"
        for key in ("name", "section", "caption", "alt", "title", "outputs", "at", "format")
    },
    "steps = 3\ngrid = { steps = [3] }": "steps is given beside the grid",
    "grid = { strat = [[1, 2]] }": "did you mean 'start'?",
    "grid = { betta = [0.5] }": "did you mean 'beta'?",
    "grid = { lr = [0.1, 0.1] }": "is also that of",
    "grid = { lr = ['fast'] }": "lr 'fast' is not tuned",
    "grid = { lr = [-1] }": "must be above 0",
    "caption = '{rate}'\ngrid = { lr = [1] }": "unknown word in braces 'rate'. Known: lr",
}


@pytest.mark.parametrize(("text", "says"), WRONG.items())
def test_a_mistake_is_told_in_one_line_with_its_place(text, says, items):
    with pytest.raises(TrajvizError, match=r"gallery\.toml: sweep 1") as caught:
        items(sweep(text))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_items_of_a_sweep_cannot_be_one_file(items):
    with pytest.raises(TrajvizError, match=r"output 'x\.gif' is also that of"):
        items("[[sweep]]\nsurface = 'bowl'\noutputs = ['x.gif']\ngrid = { lr = [1, 2] }")
