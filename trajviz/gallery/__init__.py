"""Many recipes in one folder: what is stale, rendered in parallel, and the page that shows them.

The way of an item through the modules:

    gallery.toml -> gallery (sweep, items)    what there is to make
                 -> plan (sources, lock)      what of it is stale, and why
                 -> build (executor, render)  its files, each recorded in the lock
                 -> site (command, page)      the page that shows them
"""
