"""How each model, score and class looks, the same in every plot and table: one name, one colour, one line or mark.

Blue and orange stay apart for every common form of colour blindness, and grey recedes as a baseline should. The
report swaps these exact colours for CSS variables, which is how plots follow a dark page.
"""

from typing import NamedTuple

INK = "#22262b"
MUTED = "#646c76"
GRID = "#e2e5e9"
PAPER = "#fffffe"


class Look(NamedTuple):
    """Name, colour and line style of a model or a score."""

    label: str
    colour: str
    line: str


MODELS = {
    "teacher": Look("Teacher", "#2a6cb0", "-"),
    "mlp": Look("Plain MLP", "#8d949e", "--"),
    "student": Look("Student", "#d9720f", "-"),
}

# Forms in which a student answers; `student` itself is folded, as it ships.
FORMS = {
    "student_eager": Look("Student, eager", "#d9720f", "--"),
    "student_dense": Look("Student, dense", "#d9720f", ":"),
    "onnx": Look("Student, ONNX", "#12826e", "-"),
    "int8": Look("Student, int8", "#b8426f", "-"),
}

# Scores of how far an answer is to be trusted.
SCORES = {
    "reliability": Look("Reliability", "#7a3e9d", "-"),
    "confidence": Look("Confidence", "#12826e", "--"),
    "margin": Look("Margin", "#b8426f", "-."),
    "degree": Look("Degree", "#6b8299", ":"),
}

# CSS variable by colour; `templates/report.css` gives each a light and a dark value.
VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PAPER: "--card",
    **{look.colour: f"--{name}" for name, look in (MODELS | SCORES).items()},
}


def look(model: str) -> Look:
    """The look of a model, form or score; one that is not known is drawn in a quiet colour under its own name."""
    return (MODELS | FORMS | SCORES).get(model, Look(model, MUTED, ":"))


class ClassLook(NamedTuple):
    """Colour and mark of a class."""

    colour: str
    mark: str


UNKNOWN = ClassLook("#c3c7cd", ".")
# Paul Tol's "muted" scheme (https://personal.sron.nl/~pault/), apart for every common form of colour blindness.
PALETTE = ("#332288", "#cc6677", "#44aa99", "#ddcc77", "#88ccee", "#882255", "#117733", "#999933", "#aa4499")
_MARKS = ("o", "^", "s", "D", "v", "P", "X")


def class_look(index: int) -> ClassLook:
    """The look of class `index`: colours first, then the same with another mark, 63 in all; -1 is a pale dot."""
    if index < 0:
        return UNKNOWN
    return ClassLook(PALETTE[index % len(PALETTE)], _MARKS[index // len(PALETTE) % len(_MARKS)])
