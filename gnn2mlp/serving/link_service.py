"""A server of links: the best candidates of nodes, and scores of pairs."""

import time
from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy.link_search import Best
from gnn2mlp.deploy.pair_scorer import SCORE
from gnn2mlp.serving.link_questions import MOST_CANDIDATES, pair_question, top_question
from gnn2mlp.serving.links import ServedLinks, load_links
from gnn2mlp.serving.refusal import busy
from gnn2mlp.serving.service import Service
from gnn2mlp.serving.settings import Settings
from gnn2mlp.tasks.answers import sigmoid


class LinkService(Service[ServedLinks]):
    """Says to whom nodes most probably link, and how probable single links are.

    Args:
        folder: of the model.
        settings: how it is served, with the nodes that may be answered.

    Raises:
        ArtefactError: if the model, or a table of its nodes, is not whole.
        ConfigError: if it cannot be served like this.
        DataError: for nodes that cannot be read.
    """

    beside = True  # a search among many candidates takes long

    def __init__(self, folder: Any, settings: Settings | None = None):
        if settings is not None and settings.teacher is not None:
            raise ConfigError(
                "serve: a teacher is asked about classes of rows, and this is a model of links; leave it out"
            )
        super().__init__(folder, settings)

    def _load(self) -> ServedLinks:
        return load_links(self._folder, self.settings.name, self.settings.threads, self.settings.nodes)

    def about(self) -> dict[str, Any]:
        """What the model reads and answers, with an example of each kind."""
        model, nodes = self.model, self.model.nodes
        recall = None if nodes is None or nodes.recall is None else nodes.recall._asdict()
        return {
            "name": model.name,
            "version": model.version,
            "title": model.config.get("name"),
            "task": model.config.get("task"),
            "columns": [column.told() for column in model.reader.columns],
            "gaps": model.reader.gaps,
            "id": None if nodes is None else nodes.id_column,
            "nodes": None if nodes is None else len(nodes),
            "candidates": None if nodes is None else nodes.candidates,
            "recall": recall,
            "example": model.example,
            "known_node": None if nodes is None else model.known_node,
            "new_node": model.new_node,
            "most_rows": self.settings.rows,
            "most_candidates": MOST_CANDIDATES,
        }

    async def top(self, value: Any, k: int | None = None) -> tuple[ServedLinks, list[list[dict[str, Any]]]]:
        """The best candidates of each node of parsed JSON, best first, and the model that found them.

        Args:
            value: a node, or a list of nodes, each by its id or by its columns.
            k: how many candidates of each; default: 10, or as many as there are.

        Raises:
            RefusalError: for what are no nodes, for another `k`, and where it takes too long.
            DataError: for columns that cannot be read.
        """
        model = self.model
        question = top_question(value, k, model, self.settings.rows)
        until = time.monotonic() + self.settings.seconds
        new = question.asked.columns.size
        Z = await self._network(model, question) if new else question.answer(model, model.nothing)
        found: list[Best] = []
        for search in question.searches(model, Z):
            if time.monotonic() > until:
                raise busy(f"an answer took more than {self.settings.seconds:g} seconds; ask for fewer nodes at a time")
            found += await self._network(model, search)
        return model, [_named(model, one) for one in found]

    async def predict(self, value: Any) -> tuple[ServedLinks, list[dict[str, Any]]]:
        """The score of each pair of parsed JSON, and the model that gave them.

        Args:
            value: an object with a source and a target, each as in `top`, or a list of such objects.

        Raises:
            RefusalError: for what are no pairs, and where it takes too long.
            DataError: for columns that cannot be read.
        """
        model = self.model
        question = pair_question(value, model, self.settings.rows)
        if not question.size:
            return model, []
        return model, [{SCORE: _digits(one)} for one in await self._network(model, question)]


def _named(model: ServedLinks, found: Best) -> list[dict[str, Any]]:
    """Candidates by their ids, with their scores."""
    assert model.nodes is not None, "who is found is one of them"
    named = zip(model.nodes.named(found.rows), sigmoid(found.logits), strict=True)
    return [{model.nodes.id_column: one, SCORE: _digits(score)} for one, score in named]


def _digits(score: Any) -> float:
    """A number of single precision with the digits that it has."""
    return float(str(score))
