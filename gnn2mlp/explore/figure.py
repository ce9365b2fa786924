"""A figure that a notebook shows when it is the last line of a cell, without `%matplotlib inline`."""

import io

from matplotlib.figure import Figure

# Pixels for each that a figure takes on the page: screens of today have two.
SHARPNESS = 2


class ShownFigure(Figure):
    r"""A matplotlib figure that shows itself.

    Jupyter shows figures of matplotlib where pyplot's inline backend has been turned on. Plots here are made without
    pyplot, so that nothing global changes; where that backend is on, it shows them as it shows others.

    Example:
        >>> image, size = ShownFigure(figsize=(4, 3), dpi=100)._repr_png_()
        >>> image[:4], size
        (b'\x89PNG', {'width': 400, 'height': 300})
    """

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """The picture, and how large it is shown, in pixels."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=SHARPNESS * self.dpi)
        width, height = (round(self.dpi * inches) for inches in self.get_size_inches())
        return buffer.getvalue(), {"width": width, "height": height}
