"""The function of Goldstein and Price: four minima, heights from 3 to a million."""

from trajviz import Surface


def goldstein_price(x, y):
    """Four minima in a flat cross between walls a hundred thousand times as high.

    >>> goldstein_price(0, 0)
    600
    >>> goldstein_price(1, 1)
    1876
    >>> [round(goldstein_price(*p)) for p in ((-0.6, -0.4), (1.8, 0.2), (1.2, 0.8))]  # the others
    [30, 84, 840]
    """
    wide = 19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2
    narrow = 18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2
    return (1 + (x + y + 1) ** 2 * wide) * (30 + (2 * x - 3 * y) ** 2 * narrow)


surface = Surface(
    goldstein_price,
    title="Goldstein–Price",  # noqa: RUF001  # two people
    window=(-2, 2, -2, 2),
    start=(1.5, 1.2),
    minima=[(0, -1)],
    aspect="equal",
    source="Goldstein and Price (1971), Mathematics of Computation 25, 569",
)
