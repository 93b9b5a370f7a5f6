"""The scene: what stands still in a picture is drawn, and what moves is left as values.

`scene.compose` does it. Views, panels and themes are folders of files, one each; their names are
listed without numpy, so that this module imports nothing.
"""
