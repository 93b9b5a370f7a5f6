"""Containers: how kinds of files begin, and where in their bytes a note and a size stand."""
