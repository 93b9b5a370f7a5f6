"""The soak: attacks on trajviz in turn for some minutes, and counts of what came of them.

    .venv/bin/python tests/soak/soak.py --minutes 2 --seed 7

Each attack is drawn at random, from a seed of its own that is printed where something goes wrong:
`--seed SEED --attacks 1` repeats it alone. The exit code is 1 if anything was violated.

- kills: SIGKILL, SIGTERM or SIGINT at a random moment of a render of any format over an old file,
  which must then be the old one or complete, with nothing beside it after the next render;
- bundles: the same of a bundle, whose files are all old or all new;
- full: a disk on which no file grows beyond a random size, the same;
- mutated: files with random changes, given to `show`, `render`, `trace` and `embed`, which must end
  with 0, 2 or 3 and at most one line of error, in time and memory;
- threads: races saved from six threads of one process at once.
"""

import argparse
import collections
import functools
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # here processes are forked

import trajviz
from trajviz.errors import TrajvizError
from trajviz.files.formats import format_names, load_format
from trajviz.race import compare

TRAJVIZ = Path(sys.executable).with_name("trajviz")
OURS = Path(trajviz.__file__).parent
OLD = b"what was there before"
ORDER = [
    "bowl", "sgd:lr=0.1", "--size", "160x120", "--seconds", "1", "--steps", "20", "--hold", "0.2",
]  # fmt: skip
MOST_SECONDS, MOST_MEMORY = 60, 2_000_000_000
"""What a mutated file may cost: ten times what the worst one takes on a quiet machine."""
CODES = {signal.SIGKILL: {-9}, signal.SIGTERM: {143, -15}, signal.SIGINT: {130, -2}}
"""How a killed render may end; below zero where Python itself was just being started."""
TRACES = ["csv", "json", "npz"]

THREADS = """
import faulthandler, sys, threading
from pathlib import Path
import trajviz

faulthandler.dump_traceback_later(300, exit=True)
formats = sys.argv[2:]

def save(number):
    for k in range(len(formats)):
        name = formats[(number + k) % len(formats)]
        race = trajviz.compare(
            "beale", ["sgd:lr=0.001"], steps=10, size=(200, 150), seconds=0.4, hold=0.1,
            title=rf"$\\frac{{1}}{{2}} + x$ {name}",
        )
        race.save(Path(sys.argv[1], f"{number}-{k}.{name}"))

threads = [threading.Thread(target=save, args=(number,)) for number in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


class ViolationError(Exception):
    """Something that may never be; the message says what."""


def expect(so, *facts):
    """Raise ViolationError unless something is so."""
    if not so:
        raise ViolationError(" ".join(map(str, facts)))


def run(*words, cwd, before=None, **options):
    """Run the command and return its outcome, its signals as a terminal leaves them."""
    return subprocess.run(
        [TRAJVIZ, *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        preexec_fn=before,
        **options,
    )


def drawable(name):
    """Return the words that have a format drawn, larger where that gives a signal some time."""
    return ["render", *ORDER, "-q", "-o", f"race.{name}"]


@functools.cache
def whole(name):
    """Return what a render of a format gives."""
    with tempfile.TemporaryDirectory() as folder:
        done = run(*drawable(name), cwd=folder)
        expect(done.returncode == 0, name, done.stderr)
        return Path(folder, f"race.{name}").read_bytes()


def check_target(path, name, left=()):
    """Refuse a target that is neither the old file nor the new one, and what lies beside it."""
    expect(path.read_bytes() in (OLD, whole(name)), path.name, "is neither old nor complete")
    beside = {one.name for one in path.parent.iterdir()} - {path.name}
    expect(beside <= {*left}, "left behind:", *beside)


# The attacks, each with a generator of random numbers and an empty folder


def killed(words, number, chance, folder):
    """Kill a command at a random moment; return its exit code and whether ours had not begun."""
    process = subprocess.Popen(
        [TRAJVIZ, *words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    time.sleep(chance.expovariate(1.5))
    process.send_signal(number)
    _, said = process.communicate()
    code = process.returncode
    # Python was being started, or had just begun with ours: it heard no signal for us yet.
    unheard = str(OURS) not in said or "import main\n" in said
    early = number == signal.SIGINT and unheard and "KeyboardInterrupt" in said
    ends = {-signal.SIGINT, 1} if early else CODES[number]
    expect(code == 0 or code in ends, number.name, "gave", code, said)
    expect(early or said.count("\n") <= 1, number.name, "said", said)
    return code, early


def kills(chance, folder):
    """Kill a render at a random moment."""
    name, number = chance.choice(format_names()), chance.choice([*CODES])
    path = folder / f"race.{name}"
    path.write_bytes(OLD)
    whole(name)
    code, early = killed(drawable(name), number, chance, folder)
    left = [one.name for one in folder.iterdir() if one != path]
    expect(not left or number == signal.SIGKILL or early, number.name, "left", *left)
    check_target(path, name, left)
    time.sleep(0.3)  # until an encoder has noticed that nobody sends any more
    done = run(*drawable(name), cwd=folder)
    expect(done.returncode == 0, "the next render gave", done.returncode, done.stderr)
    expect(path.read_bytes() == whole(name), "the next render is not complete")
    check_target(path, name)
    return f"{number.name} {'too late' if code == 0 else 'in time'}"


def bundles(chance, folder):
    """Stop a bundle at a random moment: all of its files are old, or all are new."""
    number = chance.choice([signal.SIGTERM, signal.SIGINT])
    words = ["render", *ORDER, "-q", "-o", "race", "--bundle"]
    names = ["race.gif", "race.mp4", "race.png", "race.embed.html"]
    for name in names:
        (folder / name).write_bytes(OLD)
    code, _ = killed(words, number, chance, folder)
    there = {path.name: path.read_bytes() != OLD for path in folder.iterdir()}
    expect({*there} == {*names}, "there are", *there)
    expect(len({*there.values()}) == 1, "torn:", there)
    return f"{number.name} {'too late' if code == 0 else 'in time'}"


def full(chance, folder):
    """Render on a disk that is full."""
    name = chance.choice(format_names())
    path = folder / f"race.{name}"
    path.write_bytes(OLD)
    size = chance.randrange(1, len(whole(name)) + 1)

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    # What Python itself would write on such a disk, it would not notice to be cut off.
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = run(*drawable(name), cwd=folder, before=limit, env=env)
    expect(done.returncode in {0, 3}, "code", done.returncode, done.stderr)
    expect(done.stderr.count("\n") == (done.returncode != 0), "said", done.stderr)
    expect((path.read_bytes() == OLD) == (done.returncode == 3), "code", done.returncode)
    check_target(path, name)
    return f"code {done.returncode}"


def mutated(chance, folder):
    """Give a file with random changes to a command."""
    kind = chance.choice([*SOURCES])
    path = folder / kind
    path.write_bytes(changed(SOURCES[kind](), chance))
    words = chance.choice(USES[path.suffix])
    order = [word.format(kind) for word in words.split()]
    began = time.monotonic()

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))

    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = run(*order, cwd=folder, before=limit, env=env)
    took, said = time.monotonic() - began, done.stderr
    kept = f"{words.format(kind)}: {said[-300:]}"
    expect(done.returncode in {0, 2, 3}, "code", done.returncode, "after", round(took), kept)
    expect("Traceback" not in said and "fault of trajviz" not in said, kept)
    expect(done.returncode == 0 or said.count("\n") == 1, "several lines", kept)
    raw = {c for c in said + done.stdout if ord(c) < 32} - {*"\n\r\t"}
    expect(not raw or words.startswith("trace"), "raw characters", raw, kept)
    return f"code {done.returncode}"


def threads(chance, folder):
    """Save from six threads at once."""
    names = chance.sample([n for n in format_names() if load_format(n).kind == "animation"], 4)
    env = {key: value for key, value in os.environ.items() if key != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", THREADS, folder, *names],
        capture_output=True,
        text=True,
        check=False,
        env=env,
    )
    expect(done.returncode == 0, names, done.stderr[-2000:])
    saved = collections.defaultdict(set)
    for path in folder.iterdir():
        saved[path.name.partition(".")[2]].add(path.read_bytes())
    expect({len(each) for each in saved.values()} == {1}, names, "differ")
    return "six threads"


ATTACKS = {kills: 4, bundles: 1, full: 2, mutated: 6, threads: 0.4}
"""How often each is chosen."""


# What is mutated


@functools.cache
def small():
    return compare("bowl", ["sgd:lr=0.1"], size=(160, 120), steps=10, seconds=0.4, hold=0.1)


@functools.cache
def rendered(name):
    return small().to_bytes(name)


@functools.cache
def recipe():
    with tempfile.TemporaryDirectory() as folder:
        return small().save_recipe(Path(folder, "race.toml")).read_bytes()


def theme():
    return Path(__file__).parents[2].joinpath("trajviz/scene/themes/dark.toml").read_bytes()


@functools.cache
def numbers(kind):
    return small().trace(kind)


SOURCES = {
    **{f"race.{name}": functools.partial(rendered, name) for name in format_names()},
    **{f"paths.{kind}": functools.partial(numbers, kind) for kind in TRACES},
    "recipe.toml": recipe,
    "theme.toml": theme,
}
_SHOWN = [
    "show {}", "render --recipe {} -o other.png -q", "trace --recipe {}", "embed {}",
    "embed {} --alt x",
]  # fmt: skip
_PATHS = ["render bowl --paths {} -o other.png -q", "trace bowl --paths {}"]
USES = {
    **{Path(f"race.{name}").suffix: _SHOWN for name in format_names()},
    **{f".{kind}": _PATHS for kind in TRACES},
    ".toml": [*_SHOWN[1:3], "render bowl sgd:lr=0.1 --theme ./{} -o other.png -q"],
}
WORDS = [
    b"\x00", b"\xff", b"1e309", b"-1", b"nan", b'"', b"'", b"[", b"]", b"{", b"}", b"=", b"\n",
    b"99999999999", b"\x1b[2J", b"<script>", b"../", b"~", b".py", b"\xe2\x80\xae", b",", b"#",
]  # fmt: skip


def changed(data, chance):
    """Return bytes with random changes: bits, words, parts that are missing or come twice."""
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5, 30])):
        place, other = (chance.randrange(len(data) + 1) for _ in range(2))
        begin, end = min(place, other), max(place, other)
        what = chance.randrange(5)
        if what == 0 and place < len(data):
            data[place] ^= 1 << chance.randrange(8)
        elif what == 1:
            data[place:place] = chance.choice(WORDS) * chance.choice([1, 1, 1, 50, 5000])
        elif what == 2:
            del data[begin : min(end, begin + chance.choice([1, 4, 100]))]
        elif what == 3:
            data[place:place] = data[begin : min(end, begin + 2000)]
        else:
            data[begin : begin + 4] = chance.randbytes(4)
    return bytes(data)


# What is said


def attack(seed):
    """Make one attack; return its name, what came of it, and what was violated, None if nothing."""
    chance = random.Random(seed)
    one = chance.choices([*ATTACKS], [*ATTACKS.values()])[0]
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    try:
        return one.__name__, one(chance, folder), None
    except (ViolationError, TrajvizError, OSError) as violation:
        return one.__name__, "violated", violation
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=2.0, help="how long (2)")
    parser.add_argument("--seed", type=int, default=1, help="of the first attack (1)")
    parser.add_argument("--attacks", type=int, default=sys.maxsize, help="at most so many")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at once")
    asked = parser.parse_args()
    until, counts, violations = time.monotonic() + 60 * asked.minutes, collections.Counter(), 0
    seeds = iter(range(asked.seed, asked.seed + asked.attacks))

    def attacks():
        nonlocal violations
        for seed in seeds:
            if time.monotonic() > until:
                return
            name, outcome, violation = attack(seed)
            counts[name, outcome] += 1
            if violation is not None:
                violations += 1
                print(f"--seed {seed}: {name}: {violation}", flush=True)

    with tempfile.TemporaryDirectory() as caches, ThreadPoolExecutor(asked.jobs) as pool:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each command compiles everything
        os.environ["PYTHONPYCACHEPREFIX"] = caches
        for done in [pool.submit(attacks) for _ in range(asked.jobs)]:
            done.result()
    for (name, outcome), count in sorted(counts.items()):
        print(f"{count:6} {name}: {outcome}")
    print(f"{sum(counts.values())} attacks from seed {asked.seed}, {violations} violations")
    sys.exit(violations > 0)


if __name__ == "__main__":
    main()
