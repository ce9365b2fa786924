"""A table beside that of training: a pure function of a profile and of batches. Imports no torch."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError, listing
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.deploy.answer_columns import CONFIDENCE, OUTLIER, PREDICTION
from gnn2mlp.deploy.batch_scorer import BatchScorer
from gnn2mlp.deploy.monitoring.answering import Answered, AnswerFrame, named
from gnn2mlp.deploy.monitoring.drift import Check, Limits, compare_shares, judged
from gnn2mlp.deploy.monitoring.frames import Counts, added
from gnn2mlp.deploy.monitoring.monitored import ColumnDrift, Monitored
from gnn2mlp.deploy.monitoring.profile import ColumnProfile, Profile
from gnn2mlp.deploy.written_columns import ERROR
from gnn2mlp.encoders.raw_table import RawTable
from gnn2mlp.encoders.values import Other
from gnn2mlp.tasks.answers import ClassAnswers

# What goes by such a name is the index of a frame that pandas wrote, and no column.
_INDEX = "__index_level_"

Codes = Callable[[Any], np.ndarray]
"""From an Arrow table to the code of each row."""


def compare(
    profile: Profile,
    batches: Iterable[Any],
    predictor: BasePredictor | None = None,
    label: str | Sequence[str] | None = None,
    codes: Codes | None = None,
    limits: Limits | None = None,
    ignore: Collection[str] = (),
    extra: Sequence[str] = (),
) -> Monitored:
    """Compare a table with the one that a model was trained on, batch by batch.

    Args:
        profile: of the training table.
        batches: record batches or tables of Arrow, at least one.
        predictor: that answers them; default: columns alone are compared.
        label: the column, or columns, that hold what is right, where that is known by now.
        codes: tells the teacher's code of each row, where the model has a codebook.
        limits: from where on a difference is drift.
        ignore: columns that are compared, but decide nothing: such as dates that move on by nature.
        extra: names of columns of the table that are not in the batches.

    Raises:
        ConfigError: if there is no such column as `label` or `ignore` name.
        DataError: if there is no batch, or no row; or if no row has a label, or none that is a class of the model.

    Example:
        >>> import numpy as np, pyarrow as pa
        >>> from gnn2mlp.deploy import Predictor
        >>> from gnn2mlp.deploy.monitoring import profile_of
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> student = MLPStudent(hidden=4)
        >>> predictor = Predictor(student, student.build(1, 2), 1, ["cat", "dog"], feature_names=["likes"])
        >>> random = np.random.default_rng(0)
        >>> profile = profile_of(predictor, {"likes": random.normal(size=2000)})
        >>> compare(profile, [pa.table({"likes": random.normal(size=500)})])
        Monitored(rows=500, drifted=False)
        >>> compare(profile, [pa.table({"likes": random.normal(2, size=500)})])
        Monitored(rows=500, drifted=["column 'likes'"])
    """
    limits = limits or Limits()
    known = [column.name for column in profile.columns]
    for name in ignore:
        if name not in known:
            raise ConfigError(f"ignore: expected a column that the model reads, got {name!r} (columns: {known})")
    labels = [label] if isinstance(label, str) else list(label or ())
    counting = _Counting(profile, predictor, labels, codes)
    names: list[str] = []
    for batch in batches:
        names = names or list(batch.schema.names)
        for name in labels:
            if name not in batch.schema.names:
                raise ConfigError(f"label: the table has no column {name!r} (columns: {', '.join(names)})")
        counting.add(batch)
    if not counting.rows:
        raise DataError("monitor: expected a table with rows, got none")
    counting.check_labels()
    told = {*known, *profile.others, *labels}
    new = [name for name in [*names, *extra] if name not in told and not name.startswith(_INDEX)]
    return _monitored(profile, counting, limits, ignore, new)


class _Counting:
    """Counts of a table so far."""

    def __init__(self, profile: Profile, predictor: BasePredictor | None, labels: Sequence[str], codes: Codes | None):
        self.profile, self.codes, self.labels = profile, codes, labels
        self.rows = self.unanswered = 0
        self.counts: dict[str, Counts] = {}
        self.problems: dict[str, str] = {}
        self.answers: Counts | None = None
        self.missing: list[str] = []
        self.problem = ""
        self.labelled = self.known = 0
        self.strange: str | None = None
        self.scorer: BatchScorer | None = None
        if predictor is not None and profile.answers is not None:
            outliers = "outliers" in profile.answers[1]
            self.scorer = BatchScorer(predictor, outliers=outliers, errors="null")

    def add(self, batch: Any) -> None:
        """Count a batch."""
        arrow, _ = pyarrow_modules()
        table = arrow.Table.from_batches([batch]) if isinstance(batch, arrow.RecordBatch) else batch
        if not self.rows:
            self.missing = [c.name for c in self.profile.columns if c.name not in table.schema.names]
        self.rows += table.num_rows
        raw = RawTable(table)
        for column in self.profile.columns:
            if column.name in raw.names and column.name not in self.problems:
                self._count(column, raw)
        if self.scorer is not None and not self.missing and not self.problem:
            self._answer(table)

    def _count(self, column: ColumnProfile, raw: RawTable) -> None:
        try:
            values = column.read(raw)
            if isinstance(values, Other):
                raise DataError(f"holds {values.dtype}, which no model reads")
            found = column.frame.count(values)
        except DataError as error:
            self.problems[column.name] = str(error)
            return
        before = self.counts.get(column.name)
        self.counts[column.name] = added(before, found)

    def _answer(self, table: Any) -> None:
        assert self.scorer is not None, "asked before"
        assert self.profile.answers is not None, "likewise"
        try:
            made = self.scorer(table)
        except DataError as error:
            self.problem = str(error)
            return
        good = made.column(ERROR).is_null().to_numpy(zero_copy_only=False)
        self.unanswered += int((~good).sum())
        if not good.any():
            return
        frame = self.profile.answers[0]
        truth = truth_of(table, self.labels, frame)
        right = None if truth is None else truth[good]
        if right is not None:
            self._look_at(right, frame.names)
        codes = None if self.codes is None else self.codes(table.filter(good))
        answered = answered_of(made.filter(good), self.scorer.predictor, right, codes, frame.num_codes)
        self.answers = added(self.answers, frame.count(answered))

    def _look_at(self, truth: np.ndarray, names: Sequence[str]) -> None:
        """Count how many rows have a label, and how many one that the model knows."""
        if truth.dtype != object:
            self.labelled += int((~np.isnan(truth)).sum())
            self.known = self.labelled
            return
        given = [str(name) for name in truth if name is not None]
        strange = [name for name in given if name not in names]
        self.labelled += len(given)
        self.known += len(given) - len(strange)
        self.strange = next(iter(strange), self.strange)

    def check_labels(self) -> None:
        """Raise `DataError` if labels were named, and nothing can be told of them."""
        if not self.labels or self.answers is None or self.known:
            return
        named, frame = listing([*map(repr, self.labels)]), self.profile.answers
        if not self.labelled:
            raise DataError(f"label: expected labels in some rows, got none in {named}; leave the label out")
        names = [] if frame is None else [*map(repr, frame[0].names)]
        raise DataError(
            f"label: expected classes of the model, {listing(names)}, got others in all {self.labelled:,} rows that "
            f"have one, such as {self.strange!r}; write them as in training, or name another column than {named}"
        )


def answered_of(
    made: Any, predictor: BasePredictor, truth: np.ndarray | None, codes: np.ndarray | None = None, num_codes: int = 0
) -> Answered:
    """What `BatchScorer` made of rows, to be counted.

    Args:
        made: its record batch, without rows that have no answer.
        predictor: whose answers they are.
        truth: as in `Answered`.
        codes: likewise.
        num_codes: likewise.
    """
    prediction, classes = made.column(PREDICTION).to_pylist(), predictor.answers.classes
    if classes is None:
        values = np.asarray(prediction, np.float64).reshape(len(prediction), -1)
        return Answered(values, [f"target {place}" for place in range(values.shape[1])], truth=truth)
    names = [str(name) for name in named(classes.tolist())]
    there = made.schema.names
    outlier = made.column(OUTLIER).to_numpy(zero_copy_only=False) if OUTLIER in there else None
    if not isinstance(predictor.answers, ClassAnswers):
        chosen = np.array([[name in row for name in classes.tolist()] for row in prediction], bool)
        return Answered(chosen.reshape(-1, len(names)), names, None, outlier, truth, codes, num_codes)
    confidence = made.column(CONFIDENCE).to_numpy() if CONFIDENCE in there else None
    return Answered(named(prediction), names, confidence, outlier, truth, codes, num_codes)


def truth_of(table: Any, labels: Sequence[str], frame: AnswerFrame) -> np.ndarray | None:
    """What is right for each row, as `Answered` has it.

    Raises:
        ConfigError: unless there is a column for each label or target.
    """
    if not labels:
        return None
    columns = [table.column(name).to_pylist() for name in labels]
    if not frame.values and len(labels) == 1 and len(frame.names) > 1:
        return named(columns[0])
    if len(labels) != len(frame.names):
        raise ConfigError(f"label: expected {len(frame.names)} columns, one for each of {frame.names}, got {labels}")
    return np.array([[np.nan if v is None else float(v) for v in column] for column in columns], np.float64).T


def _monitored(
    profile: Profile, counted: _Counting, limits: Limits, ignore: Collection[str], extra: Sequence[str]
) -> Monitored:
    """All differences, judged together."""
    checks: list[tuple[str, Check]] = []
    for column in profile.columns:
        if column.name in counted.counts and column.name not in counted.problems:
            then, now = column.counts, counted.counts[column.name]
            found = [_gaps(then, now, limits), *column.frame.checks(then, now, limits)]
            checks += [(column.name, check) for check in found]
    if counted.answers is not None and profile.answers is not None:
        found = profile.answers[0].checks(profile.answers[1], counted.answers, limits)
        checks += [("", check) for check in found]
    decisive = [place for place, (name, _) in enumerate(checks) if name not in ignore]
    for place, check in zip(decisive, judged([checks[k][1] for k in decisive], limits.alpha), strict=True):
        checks[place] = checks[place][0], check
    columns = [
        _drift(column, counted, [check for name, check in checks if name == column.name], column.name in ignore)
        for column in profile.columns
        if column.name not in counted.missing
    ]
    return Monitored(
        rows=counted.rows,
        of_training=profile.rows,
        columns=columns,
        answers=[check for name, check in checks if not name],
        limits=limits,
        missing=counted.missing,
        extra=extra,
        unanswered=counted.unanswered,
        problem=counted.problem,
        basis=profile.basis,
        shares=_shares(profile, counted.answers),
    )


def _gaps(then: Counts, now: Counts, limits: Limits) -> Check:
    before, after = ((float(one["gaps"]), float(one["rows"])) for one in (then, now))
    one = compare_shares("gaps", *before, *after, limits.share)
    return one._replace(effect=abs(one.effect))


def _drift(column: ColumnProfile, counted: _Counting, checks: Sequence[Check], ignored: bool) -> ColumnDrift:
    problem = counted.problems.get(column.name, "")
    if problem or column.name not in counted.counts:
        return ColumnDrift(column.name, column.frame.form, problem="" if ignored else problem)
    then, now = column.counts, counted.counts[column.name]
    drawn = column.frame.drawn
    return ColumnDrift(
        column.name,
        column.frame.form,
        checks,
        column.frame.figures(then, now),
        column.frame.labels(),
        _parts(then[drawn], int(then["rows"])),
        _parts(now[drawn], int(now["rows"])),
    )


def _shares(profile: Profile, now: Counts | None) -> dict[str, tuple[list[str], list[float], list[float]]]:
    """Classes, confidence and codes in parts of the rows, for pictures."""
    if now is None or profile.answers is None:
        return {}
    frame, then = profile.answers
    labels = {"predicted": list(frame.names), "codes": [str(code) for code in range(frame.num_codes)]}
    if frame.confidence is not None:
        labels["confidence"] = frame.confidence.labels()
    labels |= {f"value {place}": one.labels() for place, one in enumerate(frame.values)}
    return {
        key: (names, _drawn(then, key), _drawn(now, key))
        for key, names in labels.items()
        if key in then and key in now and names
    }


def _drawn(counts: Counts, key: str) -> list[float]:
    return _parts(counts[key], int(counts[key].sum() if key == "codes" else counts["rows"]))


def _parts(counts: np.ndarray, rows: int) -> list[float]:
    return [float(part) for part in counts / max(1, rows)]
