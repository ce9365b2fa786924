"""How each model looks, the same in every plot and table: one name, one colour, one line.

Blue and orange stay apart for every common form of colour blindness, and grey recedes as a baseline should. The
report swaps these exact colours for CSS variables, which is how plots follow a dark page.
"""

from typing import NamedTuple

INK = "#22262b"
MUTED = "#646c76"
GRID = "#e2e5e9"
PAPER = "#fffffe"


class Look(NamedTuple):
    """Name, colour and line style of a model."""

    label: str
    colour: str
    line: str


MODELS = {
    "teacher": Look("Teacher", "#2a6cb0", "-"),
    "mlp": Look("Plain MLP", "#8d949e", "--"),
    "student": Look("Student", "#d9720f", "-"),
}

# CSS variable by colour; `templates/report.css` gives each a light and a dark value.
VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PAPER: "--card",
    **{look.colour: f"--{name}" for name, look in MODELS.items()},
}


def look(model: str) -> Look:
    """The look of a model; one that is not known is drawn in a quiet colour under its own name."""
    return MODELS.get(model, Look(model, MUTED, ":"))
