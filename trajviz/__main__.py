"""`python -m trajviz` is the command line, as is the command `trajviz`."""

import gc
import sys

from trajviz.printed import print_kept
from trajviz.signals import hear_signals

_SELDOM = 100_000
"""How many more things there may be before Python looks for garbage among them.

A plain render ends before. With Python's own 700 it looks 63 times, for a fifteenth of its time.
"""


def main() -> None:
    """Run the command line; signals are heard from the beginning, before it is loaded."""
    hear_signals()
    gc.set_threshold(_SELDOM)
    if print_kept(sys.argv[1:]):
        return
    from trajviz.cli import main as run

    try:
        run()
    finally:
        gc.freeze()  # or Python looks for garbage in all that was loaded, a tenth of a plain render


if __name__ == "__main__":
    main()
