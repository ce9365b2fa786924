"""What drove an answer: the columns of a row left blank one at a time, and how much lower the answer then scores.

Occlusion (Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014): for column j of row x,
s(x) - s(x with j blank), where s is the logit of the answer less the mean of all logits, divided by the temperature.
Where these add up to s(x) - s(all blank), as they do for weighted sums of columns, they are exact; elsewhere each says
what its column does beside the others as they are, and what columns do together belongs to none of them.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.deploy.row_reader import FEATURES
from gnn2mlp.serving.graphs import GraphStudent
from gnn2mlp.serving.model import ServedModel
from gnn2mlp.serving.predictions import Judged
from gnn2mlp.serving.refusal import UNREADABLE, RefusalError
from gnn2mlp.serving.texts import TextStudent
from gnn2mlp.tasks.answers import ClassAnswers

# Columns that are left blank at most: each is a row to the network.
MOST = 512
# By how much sums in single precision may differ.
_ROUNDING = 1e-4


class Blanked(NamedTuple):
    """A row, and the same once for each column with that column blank.

    Args:
        names: of the columns.
        rows: the row itself, as many as names, and one with all of these columns blank.
    """

    names: tuple[str, ...]
    rows: list[dict[str, Any]]


def blanked(model: ServedModel, row: dict[str, Any]) -> Blanked:
    """The rows that have to be asked about to explain one.

    A column is blank where it has no value, if the model reads columns of tables, and where it is 0 if it reads numbers
    alone. Columns that are blank already are left out: they have nothing to tell.

    Raises:
        RefusalError: if there are too many.
    """
    if isinstance(model.predictor, GraphStudent):
        raise RefusalError(
            UNREADABLE,
            f"explain: expected a model of columns, and {model.name} reads the nodes of a graph, none of which can be "
            "left blank; /predict answers it",
        )
    if isinstance(model.predictor, TextStudent):
        raise RefusalError(
            UNREADABLE,
            f"explain: expected a model of columns, and {model.name} reads one text, none of which can be left out; "
            "/predict answers it",
        )
    if model.predictor.columns is None and model.predictor.feature_names is None:
        values = row[FEATURES]
        places = [place for place, value in enumerate(values) if value]
        _check_few(places)
        rows = [{**row, FEATURES: [*values[:place], 0.0, *values[place + 1 :]]} for place in places]
        rows.append({**row, FEATURES: [0.0] * len(values)})
        return Blanked(tuple(f"{FEATURES}[{place}]" for place in places), [row, *rows])
    blank = None if model.predictor.columns is not None else 0.0
    names = [column.name for column in model.columns if row[column.name] not in (None, blank)]
    _check_few(names)
    return Blanked(tuple(names), [row, *({**row, name: blank} for name in names), row | dict.fromkeys(names, blank)])


def _check_few(names: Sequence[Any]) -> None:
    if len(names) > MOST:
        raise RefusalError(
            UNREADABLE,
            f"explain: expected at most {MOST} columns that are not blank, got {len(names):,}; /predict answers such a "
            "row all the same",
        )


def contributions(model: ServedModel, names: Sequence[str], found: Judged) -> dict[str, Any]:
    """What each column does for the answer, the largest first.

    Args:
        model: that gave the outputs.
        names: of the columns.
        found: of the rows of `blanked`, (columns + 2) of them.

    Returns:
        `of` (the label; of numbers the first is explained, and `several` says whether there are more), `method`,
        `blank`, `together` (what all columns do), `exact` (whether their contributions add up to that), and `columns`,
        each with `name`, `contribution`, and the `probability` that the answer has without it.
    """
    answers, of = model.predictor.answers, None
    if found.probabilities is None:
        scores, probabilities = found.predicted.reshape(len(found.predicted), -1)[:, 0], None
    else:
        classes, logits = answers.classes.tolist(), found.logits  # type: ignore[union-attr]
        if isinstance(answers, ClassAnswers):
            place = classes.index(found.predicted[0])
            logits = logits - logits.mean(axis=1, keepdims=True)
        else:
            place = int(found.probabilities[0].argmax())
        of, scores, probabilities = classes[place], logits[:, place], found.probabilities[:, place]
    *drops, together = (scores[0].astype(np.float64) - scores[1:].astype(np.float64)).round(6).tolist()
    columns: list[dict[str, Any]] = [
        {"name": name, "contribution": drop} for name, drop in zip(names, drops, strict=True)
    ]
    if probabilities is not None:
        for one, without in zip(columns, probabilities[1:-1].astype(np.float64).round(6).tolist(), strict=True):
            one["probability"] = without
    return {
        "of": of,
        "method": "occlusion: each column blank by itself, the others as they are",
        "exact": abs(sum(drops) - together) <= _ROUNDING * max(1.0, sum(map(abs, drops))),
        "together": together,
        "several": answers.classes is None and answers.num_outputs > 1,
        "blank": "0" if model.predictor.columns is None else "no value",
        "columns": sorted(columns, key=lambda one: -abs(one["contribution"])),
    }
