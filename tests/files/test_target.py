"""A file appears when it is complete; until then, and when it fails, the old one stays."""

import contextlib
import errno
import fcntl
import functools
import gc
import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from programs import TRAJVIZ, begin, invoke, processes, program, trajviz
from races import race

from trajviz.errors import TrajvizError
from trajviz.files.formats import format_names, load_format
from trajviz.files.target import check_target, replacing, replacing_all, why_not_portable

OLD = b"what was there before"


@pytest.fixture
def umask():
    """Let a test set the umask, and set the old one again."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def write_new(path, data=b"new"):
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def test_a_new_file_takes_the_place_of_the_old(tmp_path):
    path = tmp_path / "race.gif"
    path.write_bytes(OLD)
    write_new(path)
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_until_it_is_complete_the_old_one_is_there(tmp_path):
    path = tmp_path / "race.gif"
    path.write_bytes(OLD)
    with replacing(path) as temporary:
        temporary.write_bytes(b"half")
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".gif"
        assert temporary.name.startswith(".")
        assert path.read_bytes() == OLD


@pytest.mark.parametrize(
    "error", [ValueError, OSError, KeyboardInterrupt, SystemExit, BaseException]
)
@pytest.mark.parametrize("old", [OLD, None], ids=["over an old file", "as the first"])
def test_an_exception_leaves_the_old_file_and_no_other(error, old, tmp_path):
    path = tmp_path / "race.gif"
    if old:
        path.write_bytes(old)
    before = path.stat().st_mtime_ns if old else None

    def fail():
        with replacing(path) as temporary:
            temporary.write_bytes(b"half")
            raise error

    with pytest.raises(error):
        fail()
    assert list(tmp_path.iterdir()) == ([path] if old else [])
    if old:
        assert path.read_bytes() == old
        assert path.stat().st_mtime_ns == before


@pytest.mark.long
@pytest.mark.parametrize("name", format_names())
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_failure_in_any_format_leaves_the_old_file_and_no_other(
    name, error, tmp_path, monkeypatch
):
    path = tmp_path / f"race.{name}"
    path.write_bytes(OLD)

    def fail(*_):
        raise error

    monkeypatch.setattr(os, "fsync", fail)  # the last thing that happens before the renaming
    with pytest.raises(error):
        race("bowl", size=(160, 120), steps=10, seconds=0.2).save(path)
    assert path.read_bytes() == OLD
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_permissions_that_the_umask_leaves(mask, expected, tmp_path, umask):
    umask(mask)
    path = race("bowl", size=(160, 120), steps=10).save(tmp_path / "race.png")
    assert mode(path) == expected


@pytest.mark.parametrize("permissions", [0o600, 0o640, 0o666, 0o755])
def test_an_old_files_permissions_are_kept(permissions, tmp_path, umask):
    umask(0o022)
    path = tmp_path / "race.png"
    path.write_bytes(OLD)
    path.chmod(permissions)
    write_new(path)
    assert mode(path) == permissions


def test_where_each_new_file_is_gone_at_once_it_is_given_up(tmp_path, monkeypatch):
    path = tmp_path / "race.gif"
    path.write_bytes(b"old")
    monkeypatch.setattr(Path, "exists", lambda _: False)
    with (
        pytest.raises(OSError, match=r"race\.gif' cannot be written: .* gone at once"),
        replacing(path),
    ):
        pass
    assert path.read_bytes() == b"old"


def test_what_is_flushed_is_open_for_writing_as_windows_needs_it(tmp_path, monkeypatch):
    flushed = []

    def as_on_windows(number):
        if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, "Bad file descriptor")
        flushed.append(number)

    monkeypatch.setattr(os, "fsync", as_on_windows)
    write_new(tmp_path / "race.png")
    assert len(flushed) == 1


def test_an_old_file_that_may_only_be_read_is_replaced_and_stays_so(tmp_path):
    path = tmp_path / "race.png"
    path.write_bytes(OLD)
    path.chmod(0o444)
    write_new(path)
    assert path.read_bytes() != OLD
    assert mode(path) == 0o444


@pytest.mark.parametrize(
    "name",
    [
        "aux",
        "CON",
        "con.gif",
        "Com1.txt",
        "lpt9",
        "nul .png",
        "trail.",
        "trail ",
        "a:b",
        "a?",
        "a\nb",
    ],
)
def test_a_name_that_windows_cannot_have_is_known(name):
    assert why_not_portable(name).startswith("Windows ")


@pytest.mark.parametrize(
    "name", ["a", "auxiliary.gif", "com10", "console", ".hidden", "a b", "ü.gif"]
)
def test_other_names_are_for_every_system(name):
    assert why_not_portable(name) == ""


def test_a_symbolic_link_is_written_through(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "links").mkdir()
    target, link = tmp_path / "real" / "race.png", tmp_path / "links" / "latest.png"
    target.write_bytes(OLD)
    link.symlink_to(target)
    write_new(link)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert [*(tmp_path / "links").iterdir()] == [link]
    assert [*(tmp_path / "real").iterdir()] == [target]


def test_a_link_to_a_file_that_is_not_there_yet_makes_that_file(tmp_path):
    link = tmp_path / "latest.png"
    link.symlink_to(tmp_path / "race.png")
    write_new(link)
    assert link.is_symlink()
    assert (tmp_path / "race.png").read_bytes() == b"new"


def test_a_long_name_is_written_too(tmp_path):
    path = tmp_path / (250 * "a" + ".gif")
    write_new(path)
    assert path.read_bytes() == b"new"


# Several at once

NAMES = ["a.gif", "b.mp4", "c.html"]


def write_set(folder):
    with replacing_all([folder / name for name in NAMES]) as files:
        for file in files:
            file.write_bytes(b"new")


def failing_at(number, real, error):
    """Return a function that does what another does, but for one of its calls."""
    calls = iter(range(1000))

    def call(*args, **options):
        if next(calls) == number:
            raise error
        return real(*args, **options)

    return call


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("there", [NAMES, NAMES[1:], []], ids=["all there", "some", "none"])
def test_a_set_of_files_of_which_one_cannot_be_renamed_leaves_all_as_they_were(
    number, there, tmp_path, monkeypatch
):
    for name in there:
        (tmp_path / name).write_bytes(OLD)
    refused = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    monkeypatch.setattr(os, "replace", failing_at(number, os.replace, refused))
    with pytest.raises(OSError, match=f"{NAMES[number]}' cannot be written: Permission denied"):
        write_set(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == dict.fromkeys(
        there, OLD
    )


def test_a_set_is_put_in_place_on_a_disk_without_links_too(tmp_path, monkeypatch):
    def none(*_, **__):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", none)
    for name in NAMES:
        (tmp_path / name).write_bytes(OLD)
    refused = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    real = os.replace
    monkeypatch.setattr(os, "replace", failing_at(2, real, refused))
    with pytest.raises(OSError, match="Permission denied"):
        write_set(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == dict.fromkeys(
        NAMES, OLD
    )
    monkeypatch.setattr(os, "replace", real)
    write_set(tmp_path)
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"new"}
    assert len([*tmp_path.iterdir()]) == 3


# What a killed process leaves

KILLED = """
import os, signal, sys
from pathlib import Path
from trajviz.files.target import replacing
with replacing(Path(sys.argv[1])) as temporary:
    temporary.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_removed_when_the_same_file_is_written(tmp_path):
    path, other = tmp_path / "race.mp4", tmp_path / "racer.mp4"
    for each in (path, other):
        subprocess.run([sys.executable, "-c", KILLED, each], check=False)
    assert len([*tmp_path.iterdir()]) == 2
    write_new(path)
    assert sorted(one.name.partition("-")[0] for one in tmp_path.iterdir()) == [
        ".racer", "race.mp4",
    ]  # fmt: skip


def test_what_another_is_at_work_on_stays(tmp_path):
    path = tmp_path / "race.mp4"
    with replacing(path) as theirs:
        theirs.write_bytes(b"theirs")
        write_new(path)
        assert theirs.read_bytes() == b"theirs"
    assert path.read_bytes() == b"theirs"
    assert [*tmp_path.iterdir()] == [path]


def test_what_is_named_otherwise_stays(tmp_path):
    strange = [".race-a.gif", ".race-0123456789abc.gif", ".race-0123456789ab.png", "race-0.gif"]
    for name in strange:
        (tmp_path / name).write_bytes(OLD)
    (tmp_path / ".race-0123456789ab.gif").symlink_to(tmp_path / "race-0.gif")
    (tmp_path / ".race-0123456789ac.gif").mkdir()
    write_new(tmp_path / "race.gif")
    assert len([*tmp_path.iterdir()]) == 7


def test_many_threads_write_one_file_and_none_takes_anothers(tmp_path):
    path, failed = tmp_path / "race.gif", []

    def write(number):
        try:
            for _ in range(40):
                write_new(path, bytes([number]) * 100)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len({*path.read_bytes()}) == 1
    assert [*tmp_path.iterdir()] == [path]


def test_where_files_cannot_be_locked_what_was_left_stays_and_the_new_one_is_written(
    tmp_path, monkeypatch
):
    def unable(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", unable)
    left = tmp_path / ".race-0123456789ab.gif"
    left.write_bytes(OLD)
    write_new(tmp_path / "race.gif")
    assert left.exists()
    assert (tmp_path / "race.gif").read_bytes() == b"new"


# Where a file could be written


def test_a_target_that_could_be_written_is_left_without_a_trace(tmp_path):
    check_target(tmp_path / "race.gif")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "race.gif").write_bytes(b"old")
    check_target(tmp_path / "race.gif")
    assert (tmp_path / "race.gif").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("{}/none/race.gif", "there is no folder '.*none'"),
        ("{}", "is a folder"),
        ("/dev/null", "is not a regular file"),
        ("/proc/self/race.gif", "cannot be written"),
        ("{}/" + 300 * "a" + ".gif", "cannot be written"),
    ],
)
def test_a_target_that_cannot_be_written_is_refused(path, says, tmp_path):
    with pytest.raises(TrajvizError, match=says):
        check_target(Path(path.format(tmp_path)))


# Signals in the middle

LONG = ["sgd:lr=0.001", "--size", "640x480", "--seconds", "150", "--steps", "3750"]


def begin_long(kind, folder):
    path = folder / f"race.{kind}"
    path.write_bytes(OLD)
    return path, begin("render", "beale", *LONG, "-o", path.name, cwd=folder)


def wait_for(condition, process):
    """Wait until something is so, while the process runs."""
    while not condition():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.002)


def temporary_size(folder):
    """Return the size of what is being written, -1 if nothing is."""
    sizes = [-1]
    for path in folder.glob(".race-*"):
        with contextlib.suppress(FileNotFoundError):
            sizes.append(path.stat().st_size)
    return max(sizes)


MIDDLES = {"at once": 0, "later": 1}
"""Bytes written when the signal comes."""


@pytest.mark.long
@pytest.mark.parametrize("kind", ["gif", "mp4"])
@pytest.mark.parametrize("middle", MIDDLES)
@pytest.mark.parametrize(
    ("number", "code", "says"),
    [(signal.SIGTERM, 143, "terminated"), (signal.SIGINT, 130, "interrupted")],
)
def test_a_signal_in_the_middle_leaves_the_old_file_and_nobody(
    kind, middle, number, code, says, tmp_path
):
    path, process = begin_long(kind, tmp_path)
    wait_for(lambda: temporary_size(tmp_path) >= MIDDLES[middle], process)
    # Ctrl-C goes to all of a terminal's processes, a kill to one.
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    out, err = process.communicate()
    assert (process.returncode, out) == (code, "")
    assert err.lstrip("\n") == f"Error: {says}\n"  # click ends the line on which ^C stands
    assert path.read_bytes() == OLD
    assert list(tmp_path.iterdir()) == [path]
    assert processes(f"{tmp_path}/") == []


def test_a_signal_before_anything_is_written_ends_it_too(tmp_path):
    process = begin("render", "beale", "--steps", "900000", cwd=tmp_path)
    wait_for(lambda: b"numpy" in maps(process), process)
    process.terminate()
    _, err = process.communicate()
    assert (process.returncode, err) == (143, "Error: terminated\n")
    assert list(tmp_path.iterdir()) == []


def maps(process):
    """Return what a process has loaded."""
    path = Path(f"/proc/{process.pid}/maps")
    if not path.exists():
        pytest.skip("no /proc to see what a process has loaded")
    return path.read_bytes()


# A full disk


@contextlib.contextmanager
def at_most(size):
    """Let no file grow beyond this size, whoever writes it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


ORDER = ["render", "bowl", "sgd:lr=0.1", "--size", "160x120", "--seconds", "1", "-q"]


@functools.cache
def whole_size(name):
    return len(invoke(*ORDER, "--format", name, "-o", "-", text=False).stdout)


SHARES = {"animation": [0, 0.5, 0.98, 1], "still": [0.5]}
FULL_AT = [(name, share) for name in format_names() for share in SHARES[load_format(name).kind]]


@pytest.mark.long
@pytest.mark.parametrize(("name", "share"), FULL_AT)
def test_a_file_that_cannot_grow_is_a_failure_and_leaves_the_old_one(name, share, tmp_path):
    path = tmp_path / f"race.{name}"
    path.write_bytes(OLD)
    enough = int(share * whole_size(name))
    with at_most(max(1, enough - 1)):
        done = invoke(*ORDER, "-o", path.name, cwd=tmp_path)
    gc.collect()  # which would tell of a pipe that is left open
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"Error: output 'race.{name}' cannot be written: ")
    assert done.stderr.count("\n") == 1  # the encoder's own lines do not come first
    assert path.read_bytes() == OLD
    assert list(tmp_path.iterdir()) == [path]


FULL = """
import errno, os

def fsync(_number):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

os.fsync = fsync
"""


@pytest.mark.long
@pytest.mark.parametrize("command", ["render", "trace"])
def test_a_disk_that_is_full_at_the_very_end_is_a_failure(command, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(FULL)
    suffix = {"render": "png", "trace": "csv"}[command]
    path = tmp_path / f"race.{suffix}"
    path.write_bytes(OLD)
    env = {"PYTHONPATH": str(tmp_path / "site"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = trajviz(command, "bowl", "sgd", "-o", path.name, cwd=tmp_path, env=env)
    assert (done.returncode, done.stdout) == (3, "")
    full = "cannot be written: No space left on device"
    assert done.stderr == f"Error: output 'race.{suffix}' {full}\n"
    assert path.read_bytes() == OLD
    assert {p.name for p in tmp_path.iterdir()} == {path.name, "site"}


@pytest.mark.long
def test_a_really_full_disk_leaves_the_old_film(tmp_path):
    order = "render bowl sgd:lr=0.1 --size 1280x960 --seconds 1 -q -o disk/race.mp4"
    script = f"""
        mount -t tmpfs -o size=40k tmpfs disk || exit 77
        printf old > disk/race.mp4
        {TRAJVIZ} {order} 2>error
        echo $? $(cat disk/race.mp4) $(ls -A disk)
    """
    (tmp_path / "disk").mkdir()
    done = subprocess.run(
        [program("unshare"), "--user", "--map-root-user", "--mount", "sh", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    if "Operation not permitted" in done.stderr or done.returncode == 77:
        pytest.skip("this kernel lets nobody mount a small disk")
    assert done.stdout == "3 old race.mp4\n", (done, (tmp_path / "error").read_text())


# Where things are missing, and many in turn


@pytest.mark.parametrize("name", ["gif", "mp4", "png", "html"])
def test_a_file_is_written_where_there_is_no_temporary_folder(name, tmp_path, monkeypatch):
    def none(*_, **__):
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    path = race("bowl", size=(160, 120), steps=10, seconds=0.2).save(tmp_path / f"race.{name}")
    assert path.stat().st_size > 500


@pytest.mark.long
def test_many_files_in_one_process_leave_no_handle_thread_or_encoder(tmp_path):
    handles = Path("/proc/self/fd")
    if not handles.exists():
        pytest.skip("no /proc to count open files in")
    one, states = race("bowl", size=(160, 120), steps=10, seconds=0.2), set()
    for _ in range(3):
        for name in format_names():
            one.save(tmp_path / f"race.{name}")
        states.add((len([*handles.iterdir()]), threading.active_count()))
    assert len(states) == 1
    assert processes(f"{tmp_path}/") == []
