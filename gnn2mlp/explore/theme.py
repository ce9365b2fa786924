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
    "heuristic": Style("Heuristic", "#3d8b5f", "-."),
    "mlp": Style("Plain MLP", "#8d949e", "--"),
    "plain": Style("Plain network", "#8d949e", "--"),
    "student": Style("Student", "#d9720f", "-"),
}

# What models of whole graphs, and teachers that read texts, are compared with.
BASELINE_STYLES = {
    "size_only": Style("Size only", "#6b8299", ":"),
    "bag_of_labels": Style("Bag of labels", "#8a6d0b", "-."),
    "encoder_probe": Style("Encoder alone", "#6b8299", ":"),
    "bag_of_words": Style("Bag of words", "#8a6d0b", "-."),
    "gnn_on_features": Style("GNN on features", "#7a3e9d", "--"),
}

# Forms in which a student or a teacher answers; `student` itself is folded, as it ships.
FORM_STYLES = {
    "student_eager": Style("Student, eager", "#d9720f", "--"),
    "student_dense": Style("Student, dense", "#d9720f", ":"),
    "student_graph": Style("Student, CUDA graph", "#d9720f", "-."),
    "student_kept": Style("Student, embeddings kept", "#d9720f", "--"),
    "teacher_kept": Style("Teacher, embeddings kept", "#2a6cb0", "--"),
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
    "own_margin": Style("Own margin", "#2b6f8f", "-"),
}

# Ten colours for what has names: classes, columns, the fullest of a few codes. The search for them kept every pair, and
# the grey of what is unknown, at least 8 apart in OKLab to everyone's eyes and to those that lack one kind of cone
# (`colour_vision.separation`), and each at a contrast of 3 with its ground. Those of a dark page have hues near to
# those of a light one. The first are farthest apart.
PALETTE = (
    "#2e8bff", "#5d201e", "#f34658", "#5747d5", "#181da7", "#53590a", "#ad1961", "#492368", "#218803", "#985aa2",
)  # fmt: skip
DARK_PALETTE = (
    "#85d4fd", "#b84b0a", "#f9a9a7", "#566ba6", "#0da8fe", "#b7d544", "#f25d5a", "#9456e4", "#b3f8c7", "#ec6cd9",
)  # fmt: skip
# From low to high, a part of the map "cividis" (Nuñez, Anderton & Renslow, PLOS ONE 2018) whose every colour can be
# seen on its ground: its lightness alone tells the order.
RAMP = ("#8b8778", "#757575", "#60646f", "#4a536c", "#31436d", "#013271", "#00224e")
DARK_RAMP = ("#6f7073", "#848279", "#9b9476", "#b4a76f", "#cdbb63", "#e7d150", "#fee838")


class ClassStyle(NamedTuple):
    """Colour and mark of a class."""

    colour: str
    mark: str


UNKNOWN = ClassStyle("#868d96", ".")
DARK_UNKNOWN = "#8d949e"

# CSS variable by colour; `templates/report.css` gives each a light and a dark value.
VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PAPER: "--card",
    # `plain` has the colour of `mlp`, whose variable it is.
    **{style.colour: f"--{name}" for name, style in (MODEL_STYLES | SCORE_STYLES).items() if name != "plain"},
    UNKNOWN.colour: "--unknown",
    **{colour: f"--class-{index}" for index, colour in enumerate(PALETTE)},
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
    return (MODEL_STYLES | BASELINE_STYLES | FORM_STYLES | SCORE_STYLES).get(model, Style(model, MUTED, ":"))


_MARKS = ("o", "^", "s", "D", "v", "P", "X")


def class_style(index: int) -> ClassStyle:
    """The style of class `index`: colours first, then the same with another mark, 70 in all; -1 is a grey dot."""
    if index < 0:
        return UNKNOWN
    return ClassStyle(PALETTE[index % len(PALETTE)], _MARKS[index // len(PALETTE) % len(_MARKS)])
