"""A server of rows of nodes, texts or whole graphs, which asks a teacher where the model is not sure."""

import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy.cascade import Cascade, Route
from gnn2mlp.deploy.unit import unit_of
from gnn2mlp.serving.explain import blanked, contributions
from gnn2mlp.serving.model import ServedModel, load_model
from gnn2mlp.serving.predictions import Judged, Wanted, corrected, judged, predictions
from gnn2mlp.serving.refusal import UNREADABLE, RefusalError
from gnn2mlp.serving.rows import Rows, rows_of
from gnn2mlp.serving.service import Service
from gnn2mlp.serving.settings import Settings
from gnn2mlp.serving.teacher import TeacherEndpoint

_LOG = logging.getLogger("gnn2mlp.serving")


class Answered(NamedTuple):
    """Answers, and the model that gave them."""

    model: ServedModel
    predictions: list[dict[str, Any]]
    judged: Judged


class RowService(Service[ServedModel]):
    """Answers rows, and says what drove an answer.

    Args:
        folder: of the model.
        settings: how it is served.

    Raises:
        ArtefactError: if the model, or the file of its router, is not whole.
        ConfigError: if it cannot be served like this.
    """

    def __init__(self, folder: Any, settings: Settings | None = None):
        super().__init__(folder, settings)
        chosen = self.settings.teacher
        limits = self.settings.teacher_timeout, self.settings.teacher_token
        self._teacher = None if chosen is None else TeacherEndpoint(chosen, *limits)
        self._router = None if self.settings.router is None else _loaded_router(self.settings.router)
        if self._teacher is not None:
            self._cascade(self.model)  # which refuses what has no single classes

    def _load(self) -> ServedModel:
        model = load_model(self._folder, self.settings.name, self.settings.threads)
        if self.settings.nodes is not None:
            raise ConfigError(
                "serve: nodes, and what goes with them, are for a model of links (gnn2mlp fit --task link), and the "
                f"one in {self._folder} answers for {_ASKED[unit_of(model.config)]}; leave them out"
            )
        return model

    async def stop(self) -> None:
        """Answer no more."""
        await super().stop()
        if self._teacher is not None:
            self._teacher.stop()

    def about(self) -> dict[str, Any]:
        """What the model reads and answers, with an example."""
        model, answers = self.model, self.model.predictor.answers
        return {
            "name": model.name,
            "version": model.version,
            "title": model.config.get("name"),
            "task": model.config.get("task"),
            "classes": None if answers.classes is None else answers.classes.tolist(),
            "coverages": list(model.coverages),
            "columns": [column.told() for column in model.columns],
            "example": model.example,
            "gaps": model.gaps,
            "most_rows": self.settings.rows,
        }

    async def predict(self, value: Any, wanted: Wanted) -> Answered:
        """Answers for the rows of parsed JSON.

        Raises:
            RefusalError: for what are no rows, and where it takes too long.
            DataError: for rows that cannot be read.
            ConfigError: for a coverage that the model cannot tell.
        """
        model = self.model
        if wanted.coverage is not None:
            model.predictor.threshold(wanted.coverage)
        rows = rows_of(value, model.predictor, self.settings.rows)
        if not rows.size:
            nothing = np.empty((0, model.predictor.answers.num_outputs), np.float32)
            return Answered(model, [], judged(model.predictor, nothing))
        found = await self._network(model, rows)
        if self._teacher is not None:
            found = await self._deferred(model, rows, found)
        made = predictions(model.predictor, found, wanted)
        self.metrics.predicted(made)
        return Answered(model, made, found)

    async def explain(self, row: Any) -> tuple[ServedModel, dict[str, Any]]:
        """What drove the answer for one row; see `gnn2mlp.serving.explain`.

        Raises:
            RefusalError: if it is no row, or has too many columns.
            DataError: if it cannot be read.
        """
        model = self.model
        if not isinstance(row, Mapping):
            raise RefusalError(UNREADABLE, "explain: expected one row as an object of its columns, got something else")
        rows_of(dict(row), model.predictor, 1)
        names, rows = blanked(model, dict(row))
        found = await self._network(model, rows_of(rows, model.predictor, len(rows)))
        return model, contributions(model, names, found)

    async def _deferred(self, model: ServedModel, rows: Rows, found: Judged) -> Judged:
        """With the teacher's answers where the student is not sure; where it has none, the student's stay."""
        assert self._teacher is not None
        cascade = self._cascade(model)
        ids = None if self._router is None else [row.get(self.settings.router_id) for row in rows.given]
        unsure = cascade.unsure(found.logits, ids)
        places = unsure.nonzero()[0]
        found = found._replace(deferred=unsure, taught=np.zeros(len(unsure), bool))
        if not places.size:
            return found
        if self._teacher.rests:
            self.metrics.taught("spared", int(places.size))
            return found._replace(failed="not asked, as the teacher did not answer lately")
        try:
            names = [str(name) for name in cascade.classes_.tolist()]
            said = await self._teacher.ask([rows.given[place] for place in places.tolist()], names)
            probabilities = cascade.checked(said, int(places.size))
        except DataError as error:
            self.metrics.taught("failed", int(places.size))
            _LOG.warning("%s", error)
            return found._replace(failed=str(error))
        self.metrics.taught("answered", int(places.size))
        return corrected(model.predictor, found, places, probabilities)._replace(taught=unsure)

    def _cascade(self, model: ServedModel) -> Cascade:
        """The model with its threshold; the teacher itself is asked in `_deferred`."""
        return Cascade(model.predictor, _elsewhere, self.settings.teacher_below, self._router)


# What models of a unit answer for.
_ASKED = {"node": "rows of nodes", "graph": "whole graphs"}


def _loaded_router(path: str) -> Route:
    from gnn2mlp.deploy.node_router import NodeRouter  # which loads torch

    return NodeRouter.load(path)


def _elsewhere(rows: Any) -> Any:
    raise AssertionError("the teacher of a server is asked over HTTP")
