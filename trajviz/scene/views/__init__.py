"""The views: each a way to show the surface."""
