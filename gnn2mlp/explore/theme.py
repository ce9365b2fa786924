"""How each model, score and class looks, the same in every plot and table: one name, one colour, one line or mark.

Blue and orange stay apart for every common form of colour blindness, and grey recedes as a baseline should. The
report swaps these exact colours for CSS variables, which is how plots follow a dark page.
"""

from typing import NamedTuple

INK = "#22262b"
MUTED = "#646c76"
GRID = "#e2e5e9"
PAPER = "#fffffe"


class Style(NamedTuple):
    """Name, colour and line style of a model or a score."""

    label: str
    colour: str
    line: str


MODEL_STYLES = {
    "teacher": Style("Teacher", "#2a6cb0", "-"),
    "mlp": Style("Plain MLP", "#8d949e", "--"),
    "student": Style("Student", "#d9720f", "-"),
}

# Forms in which a student answers; `student` itself is folded, as it ships.
FORM_STYLES = {
    "student_eager": Style("Student, eager", "#d9720f", "--"),
    "student_dense": Style("Student, dense", "#d9720f", ":"),
    "student_graph": Style("Student, CUDA graph", "#d9720f", "-."),
    "onnx": Style("Student, ONNX", "#12826e", "-"),
    "int8": Style("Student, int8", "#b8426f", "-"),
}

# Scores of how far an answer is to be trusted.
SCORE_STYLES = {
    "reliability": Style("Reliability", "#7a3e9d", "-"),
    "confidence": Style("Confidence", "#12826e", "--"),
    "margin": Style("Margin", "#b8426f", "-."),
    "degree": Style("Degree", "#6b8299", ":"),
    "entropy": Style("Entropy", "#4a58a8", "--"),
    "energy": Style("Energy", "#8a6d0b", "-."),
    "neighbours": Style("Neighbours", "#a34a28", "-"),
    "code_distance": Style("Code distance", "#4d7a2c", ":"),
}

# CSS variable by colour; `templates/report.css` gives each a light and a dark value.
VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PAPER: "--card",
    **{style.colour: f"--{name}" for name, style in (MODEL_STYLES | SCORE_STYLES).items()},
}


def plain_text(text: str) -> str:
    r"""Text as matplotlib is to draw it, letter by letter: a dollar begins no formula.

    Example:
        >>> print(plain_text("price in $"))
        price in \$
    """
    return text.replace("$", r"\$")


def style_of(model: str) -> Style:
    """The style of a model, form or score; one that is not known is drawn in a quiet colour under its own name."""
    return (MODEL_STYLES | FORM_STYLES | SCORE_STYLES).get(model, Style(model, MUTED, ":"))


class ClassStyle(NamedTuple):
    """Colour and mark of a class."""

    colour: str
    mark: str


UNKNOWN = ClassStyle("#c3c7cd", ".")
# Paul Tol's "muted" scheme (https://personal.sron.nl/~pault/), apart for every common form of colour blindness.
PALETTE = ("#332288", "#cc6677", "#44aa99", "#ddcc77", "#88ccee", "#882255", "#117733", "#999933", "#aa4499")
_MARKS = ("o", "^", "s", "D", "v", "P", "X")


def class_style(index: int) -> ClassStyle:
    """The style of class `index`: colours first, then the same with another mark, 63 in all; -1 is a pale dot."""
    if index < 0:
        return UNKNOWN
    return ClassStyle(PALETTE[index % len(PALETTE)], _MARKS[index // len(PALETTE) % len(_MARKS)])
