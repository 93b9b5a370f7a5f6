"""`python -m trajviz` is the command line, as is the command `trajviz`."""

import gc
import sys

from trajviz.memory import keep_memory
from trajviz.printed import print_kept
from trajviz.signals import hear_signals


def main() -> None:
    """Run the command line; signals are heard from the beginning, before it is loaded."""
    hear_signals()
    if print_kept(sys.argv[1:]):
        return
    keep_memory()
    from trajviz.cli import main as run

    try:
        run()
    finally:
        gc.freeze()  # or Python looks for garbage in all that was loaded, a tenth of a plain render


if __name__ == "__main__":
    main()
