"""A system that fails once: the n-th time a file is opened, written, closed, flushed or renamed."""

import builtins
import contextlib
import errno
import io
import os
from unittest import mock

ERRORS = {"open": errno.EMFILE, "fsync": errno.EIO, "replace": errno.EACCES, "link": errno.EPERM}
"""What each fails with; all others find the disk full."""


class Faults:
    """Counts what is asked of the system, and fails one of these requests.

    Attributes:
        asked: What was asked so far, by name.
    """

    def __init__(self, number):
        self.number, self.asked = number, []

    def ask(self, what, *files):
        """Take note of a request about files; raises OSError if it is the one that fails."""
        self.asked.append(what)
        if len(self.asked) - 1 == self.number:
            code = ERRORS.get(what, errno.ENOSPC)
            raise OSError(code, os.strerror(code), *files)

    def counted(self, what, real):
        """Return a function that is counted; what it opens for writing is counted as well."""

        def call(*args, **options):
            self.ask(what, *(str(one) for one in args[:1] if not isinstance(one, int)))
            done = real(*args, **options)
            written = isinstance(done, io.IOBase) and done.writable()
            return _Watched(done, self) if written else done

        return call

    @contextlib.contextmanager
    def at_work(self):
        """Fail the request within this block."""
        with contextlib.ExitStack() as stack:
            for home, name in [
                (io, "open"), (builtins, "open"), (os, "open"), (os, "fsync"), (os, "replace"),
                (os, "link"), (os, "chmod"),
            ]:  # fmt: skip
                counted = self.counted(name, getattr(home, name))
                stack.enter_context(mock.patch.object(home, name, counted))
            yield self


class _Watched:
    """An open file whose writes are counted, and its end, when what it has kept back is written."""

    def __init__(self, file, faults):
        self._file, self._faults = file, faults

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __iter__(self):
        return iter(self._file)

    def write(self, data):
        self._faults.ask("write")
        return self._file.write(data)

    def close(self):
        self._file.close()
        self._faults.ask("close")
