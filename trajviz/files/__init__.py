"""Files: every format, what a file says of itself, and what shows it in a page."""
