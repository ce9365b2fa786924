"""What drove an answer: the columns of a row left blank one at a time, and how much lower the answer then scores.

Occlusion (Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014): for column j of row x,
s(x) - s(x with j blank), where s is the logit of the answer less the mean of all logits, divided by the temperature. Of
a linear student these are exact and add up to the distance from a row all of whose columns are blank; of any other one
each says what its column does beside the others as they are, and what columns do together belongs to none of them.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.deploy.batch_scorer import FEATURES
from gnn2mlp.serving.model import ServedModel
from gnn2mlp.serving.predictions import scaled
from gnn2mlp.serving.refusal import UNREADABLE, Refusal
from gnn2mlp.tasks.answers import ClassAnswers

# Columns that are left blank at most: each is a row to the network.
MOST = 512


class Blanked(NamedTuple):
    """A row, and the same once for each column with that column blank.

    Args:
        names: of the columns.
        rows: the row itself first, then as many as names.
    """

    names: tuple[str, ...]
    rows: list[dict[str, Any]]


def blanked(model: ServedModel, row: dict[str, Any]) -> Blanked:
    """The rows that have to be asked about to explain one.

    A column is blank where it has no value, if the model reads columns of tables, and where it is 0 if it reads numbers
    alone. Columns that are blank already are left out: they have nothing to tell.

    Raises:
        Refusal: if there are too many.
    """
    if model.predictor.columns is None and model.predictor.feature_names is None:
        values = row[FEATURES]
        places = [place for place, value in enumerate(values) if value]
        _check_few(places)
        rows = [{**row, FEATURES: [*values[:place], 0.0, *values[place + 1 :]]} for place in places]
        return Blanked(tuple(f"{FEATURES}[{place}]" for place in places), [row, *rows])
    blank = None if model.predictor.columns is not None else 0.0
    names = [column.name for column in model.columns if row[column.name] not in (None, blank)]
    _check_few(names)
    return Blanked(tuple(names), [row, *({**row, name: blank} for name in names)])


def _check_few(names: Sequence[Any]) -> None:
    if len(names) > MOST:
        raise Refusal(UNREADABLE, f"explain: expected at most {MOST} columns that are not blank, got {len(names):,}")


def contributions(model: ServedModel, names: Sequence[str], outputs: np.ndarray) -> dict[str, Any]:
    """What each column does for the answer, the largest first.

    Args:
        model: that gave the outputs.
        names: of the columns.
        outputs: (1 + columns, outputs) of the rows of `blanked`.

    Returns:
        `of` (the label or target), `method` and `exact`, `blank`, and `columns`, each with `name`, `contribution`, and
        `probability` that the answer has without it.
    """
    answers, logits = model.predictor.answers, scaled(model.predictor, outputs)
    if answers.classes is None:
        values = np.asarray(answers.predict(outputs), np.float64).reshape(len(outputs), -1)
        scores, of, probabilities = values[:, 0], None, None
    else:
        probabilities = answers.probabilities(logits).astype(np.float64)
        place = int(probabilities[0].argmax())
        of = answers.classes.tolist()[place]
        if isinstance(answers, ClassAnswers):
            place = answers.classes.tolist().index(of := answers.predict(logits[:1]).tolist()[0])
            logits = logits - logits.mean(axis=1, keepdims=True)
        scores, probabilities = logits[:, place].astype(np.float64), probabilities[:, place]
    found = [
        {
            "name": name,
            "contribution": round(float(scores[0] - scores[number]), 6),
            **({} if probabilities is None else {"probability": round(float(probabilities[number]), 6)}),
        }
        for number, name in enumerate(names, 1)
    ]
    return {
        "of": of,
        "method": "occlusion: each column blank by itself, the others as they are",
        "exact": model.is_linear,
        "blank": "0" if model.predictor.columns is None else "no value",
        "columns": sorted(found, key=lambda one: -abs(float(one["contribution"]))),  # type: ignore[arg-type]
    }
