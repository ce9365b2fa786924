"""What a model remembers of its training table, for those that are compared with it later: counts, no rows.

It is a file of JSON in the model directory, which vouches for it. Nothing is named, and no bin is made, that fewer than
`frames.LEAST` rows of training share. Imports no torch.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.showing import short_repr
from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.deploy.directory import read_directory
from gnn2mlp.deploy.monitoring.answering import Answered, AnswerFrame
from gnn2mlp.deploy.monitoring.category_frame import CategoryFrame
from gnn2mlp.deploy.monitoring.frames import LEAST, Counts, Frame
from gnn2mlp.deploy.monitoring.number_frame import DateFrame, NumberFrame
from gnn2mlp.deploy.monitoring.vector_frame import VectorFrame
from gnn2mlp.deploy.monitoring.word_frame import WordFrame
from gnn2mlp.deploy.row_reader import FEATURES
from gnn2mlp.deploy.unit import check_unit
from gnn2mlp.encoders import ENCODERS
from gnn2mlp.encoders.raw_table import RawTable
from gnn2mlp.encoders.reading import conform
from gnn2mlp.encoders.values import Kind, Lists, Other, Texts, Values, Vectors

PROFILE = "profile.json"
FORMAT = 1
FRAMES: dict[str, type[Frame]] = {
    frame.form: frame for frame in (NumberFrame, DateFrame, CategoryFrame, WordFrame, VectorFrame)
}
# By encoder, as what its column is counted.
_FORMS = {
    **dict.fromkeys(("number", "log", "raw"), "number"),
    **dict.fromkeys(("boolean", "category"), "category"),
    **dict.fromkeys(("text", "bag"), "words"),
    "date": "date",
    "vector": "vector",
}


@dataclass(frozen=True, eq=False)
class ColumnProfile:
    """A column of the training table.

    Args:
        name: of the column.
        kind: what it held.
        encoder: what reads it.
        frame: by what its rows are counted.
        counts: of training.
    """

    name: str
    kind: Kind | None
    encoder: str
    frame: Frame
    counts: Counts

    __repr__ = short_repr

    def read(self, raw: RawTable) -> Values:
        """The column of another table as values of the kind that it had.

        Raises:
            DataError: if they are of another kind.
        """
        return as_trained(raw.read(self.name), self.encoder, self.kind)


@dataclass(frozen=True, eq=False)
class Profile:
    """What a model was trained on, and how it answered rows that it had not seen.

    Args:
        columns: those that the model reads.
        rows: of the training table.
        others: names of its other columns, such as ids and labels.
        answers: how answers are counted, and those of rows that were held back; `None` where there are none.
        basis: on what `answers` rests, in words.
    """

    columns: tuple[ColumnProfile, ...]
    rows: int
    others: tuple[str, ...] = ()
    answers: tuple[AnswerFrame, Counts] | None = None
    basis: str = ""

    __repr__ = short_repr

    def encode(self) -> bytes:
        """The content of the file."""
        columns = [
            {
                "name": one.name,
                "kind": one.kind,
                "encoder": one.encoder,
                "form": one.frame.form,
                "frame": one.frame.facts(),
                "counts": _plain(one.counts),
            }
            for one in self.columns
        ]
        answers = None
        if self.answers is not None:
            answers = {"frame": self.answers[0].facts(), "counts": _plain(self.answers[1]), "basis": self.basis}
        facts = {
            "format": FORMAT,
            "rows": self.rows,
            "least": LEAST,
            "others": list(self.others),
            "columns": columns,
            "answers": answers,
        }
        return (json.dumps(facts, allow_nan=False, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")

    @classmethod
    def decode(cls, content: bytes, where: object) -> Self:
        """What `encode` wrote.

        Args:
            content: of the file.
            where: it lies, for messages.

        Raises:
            ArtefactError: for anything else, and for a newer format.
        """
        try:
            facts = json.loads(content)
            if facts["format"] > FORMAT:
                raise ArtefactError(
                    f"{where} has format {facts['format']}, this release reads {FORMAT}: upgrade gnn2mlp"
                )
            columns = [
                ColumnProfile(
                    one["name"],
                    one["kind"],
                    one["encoder"],
                    FRAMES[one["form"]].of(one["frame"]),
                    _arrays(one["counts"]),
                )
                for one in facts["columns"]
            ]
            told = facts["answers"]
            answers = None if told is None else (AnswerFrame.of(told["frame"]), _arrays(told["counts"]))
            basis = "" if told is None else told["basis"]
            return cls(tuple(columns), int(facts["rows"]), tuple(facts["others"]), answers, basis)
        except (KeyError, TypeError, ValueError) as error:
            raise ArtefactError(f"{where} is no profile of a training table ({error}); fit the model again") from error

    @classmethod
    def load(cls, directory: str | Path) -> Self:
        """The profile of a model directory, whose files are all checked.

        Raises:
            ArtefactError: if the directory was altered, holds no profile, or a model of links.
        """
        folder = user_path(directory, "directory")
        found = read_directory(folder, (PROFILE,))
        check_unit(found.config, folder, "node")
        content = found.files.get(PROFILE)
        if content is None and found.config.get("reads_texts"):
            raise ArtefactError(
                f"the model in {folder} reads texts, of which no profile is kept, as it would hold what they say: "
                "watch its answers, or let gnn2mlp fit train a model on a table with a column of texts, which has one"
            )
        if content is None:
            raise ArtefactError(
                f"the model in {folder} has no {PROFILE} of the table that it was trained on: it was written by an "
                "earlier release, or not by gnn2mlp fit; run the same fit again into another folder, which writes one, "
                "or make one with gnn2mlp.deploy.monitoring.profile_of and add_files"
            )
        return cls.decode(content, folder / PROFILE)


def profile_of(
    predictor: BasePredictor,
    table: Any,
    others: Sequence[str] = (),
    answered: Answered | None = None,
    basis: str = "",
    least: int = LEAST,
) -> Profile:
    """The profile of a training table.

    Args:
        predictor: that reads columns of any type, features with names, or a column `features` of lists of numbers.
        table: of training: a data frame, an Arrow table, columns by name.
        others: names of columns that it does not read, and that are no news in another table.
        answered: answers to rows that were held back; default: nothing is said of answers.
        basis: on what they rest, in words.
        least: rows that share whatever is counted apart.

    Raises:
        DataError: for a table without the columns that the model reads.

    Example:
        >>> import numpy as np
        >>> from gnn2mlp.deploy import Predictor
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> student = MLPStudent(hidden=4)
        >>> predictor = Predictor(student, student.build(2, 2), 2, ["cat", "dog"], feature_names=["likes", "age"])
        >>> random = np.random.default_rng(0)
        >>> profile = profile_of(predictor, {"likes": random.normal(size=100), "age": random.normal(size=100)})
        >>> [(column.name, column.frame.form) for column in profile.columns]
        [('likes', 'number'), ('age', 'number')]
    """
    raw = RawTable(table)
    columns = []
    for name, encoder, kind in read_columns(predictor):
        if name not in raw.names:
            raise DataError(f"profile: expected the column {name!r}, which the model reads, got {', '.join(raw.names)}")
        values = as_trained(raw.read(name), encoder, kind)
        frame = FRAMES[form_of(values, encoder)].fit(values, least)
        columns.append(ColumnProfile(name, kind or values.kind, encoder, frame, frame.count(values)))
    answers = None if answered is None else (answered.frame(least), answered.counts(least))
    return Profile(tuple(columns), raw.rows, tuple(others), answers, basis)


def read_columns(predictor: BasePredictor) -> list[tuple[str, str, Kind | None]]:
    """Name, encoder and kind of each column that a model reads."""
    columns = getattr(predictor, "columns", None)
    if columns is None:
        if predictor.feature_names is None:
            return [(FEATURES, "vector", "vector")]
        return [(name, "number", "number") for name in predictor.feature_names]
    used = [column for column in columns.columns if getattr(column, "width", 1) != 0]
    return [(one.name, getattr(one.encoder, "name", one.encoder), one.kind) for one in used]


def form_of(values: Values, encoder: str) -> str:
    """As what a column is counted; one that an encoder from outside reads by what it holds."""
    if encoder in _FORMS and not (isinstance(values, Vectors) and _FORMS[encoder] == "number"):
        return _FORMS[encoder]
    if isinstance(values, Vectors):
        return "vector"
    if isinstance(values, Lists):
        return "words"
    return values.kind if values.kind in ("category", "date") else "words" if isinstance(values, Texts) else "number"


def as_trained(values: Values, encoder: str, kind: Kind | None) -> Values:
    """Values as an encoder reads them that met a kind in training.

    Raises:
        DataError: if they are of another kind.
    """
    if kind is None or isinstance(values, Other):
        return values
    if encoder in ENCODERS.classes and encoder in _FORMS:
        return ENCODERS.get(encoder)().as_trained(values, kind)
    return conform(values, kind)


def _plain(counts: Mapping[str, np.ndarray]) -> dict[str, Any]:
    return {name: array.tolist() for name, array in counts.items()}


def _arrays(counts: Mapping[str, Any]) -> Counts:
    return {name: np.array(value) for name, value in counts.items()}
