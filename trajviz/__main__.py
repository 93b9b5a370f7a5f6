"""`python -m trajviz` is the command line, as is the command `trajviz`."""

from trajviz.signals import hear_signals


def main() -> None:
    """Run the command line; signals are heard from the beginning, before it is loaded."""
    hear_signals()
    from trajviz.cli import main as run

    run()


if __name__ == "__main__":
    main()
