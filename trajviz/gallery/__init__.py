"""Many recipes in one folder: what is stale, drawn in parallel, and the page that shows them."""
