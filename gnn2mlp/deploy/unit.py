"""Whether a model answers for nodes or for pairs of them: one is never taken for the other. Imports no torch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.deploy.directory import STUDENT
from gnn2mlp.tasks.answers import EmbeddingAnswers

Unit = Literal["node", "pair"]


def check_unit(card: Mapping[str, Any], folder: Path, unit: Unit) -> None:
    """Raise `ArtefactError` if the model of a card, or of a `config.json`, does not answer for what is asked.

    Args:
        card: with the `answers` of the model.
        folder: where it is, for messages.
        unit: what answers are wanted for.

    Example:
        >>> check_unit({"answers": {"kind": "embeddings", "width": 8}}, Path("model"), "pair")
    """
    of_links = _has_embeddings(card)
    if of_links and unit == "node":
        raise ArtefactError(
            f"expected a model that answers for nodes in {folder}, got one of links, which answers for pairs of them: "
            "load it with LinkPredictor.load; on the command line, gnn2mlp score MODEL --pairs FILE"
        )
    if not of_links and unit == "pair":
        raise ArtefactError(
            f"expected a model of links in {folder}, got one that answers for nodes: load it with Predictor.load; on "
            "the command line, gnn2mlp score without --pairs"
        )


def is_of_links(directory: Path) -> bool:
    """Whether a student's file is one of links; no number of it is read, and nothing checked.

    Raises:
        ArtefactError: if there is no such file.
    """
    from gnn2mlp.core import artefact

    return _has_embeddings(artefact.read_card(directory / STUDENT, "student"))


def _has_embeddings(card: Mapping[str, Any]) -> bool:
    return bool((card.get("answers") or {}).get("kind") == EmbeddingAnswers.kind)
