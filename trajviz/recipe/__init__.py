"""Recipes: what to render, as data."""
