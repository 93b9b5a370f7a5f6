"""The charts of a race's scene."""

from trajviz.scene.chart import ChartView


def charts_of(one):
    """Return the plots of a race that are charts, in their order."""
    return [plot for plot in one.scene.plots if isinstance(plot.view, ChartView)]
