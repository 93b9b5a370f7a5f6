"""`python -m trajviz` is the command line."""

from trajviz.cli import main

if __name__ == "__main__":
    main()
