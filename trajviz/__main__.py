"""`python -m trajviz` is the command line, as is the command `trajviz`."""

import sys

from trajviz.ending import end
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
    except SystemExit as ended:
        end(ended.code)
        raise


if __name__ == "__main__":
    main()
