from trajviz import Surface


def trough(x, y):
    """A crooked trough."""
    return (x * y - 1) ** 2 + 0.1 * x**2


surface = Surface(trough, window=(-3, 3, -3, 3), start=(-2, 2), source="the README")
