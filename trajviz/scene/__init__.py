"""The scene: what stands still in a picture is drawn, and what moves is left as values."""
