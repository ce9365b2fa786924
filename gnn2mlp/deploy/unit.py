"""Whether a model answers for nodes, pairs of them or whole graphs: none is taken for another. Imports no torch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.deploy.model_files import STUDENT
from gnn2mlp.tasks.answers import EmbeddingAnswers

Unit = Literal["node", "pair", "graph"]

# What models of each unit are, and how they are loaded and asked.
_ARE = {
    "node": ("one that answers for nodes", "Predictor.load", "gnn2mlp score without --pairs"),
    "pair": ("one of links, which answers for pairs of them", "LinkPredictor.load", "gnn2mlp score MODEL --pairs FILE"),
    "graph": ("one that answers for whole graphs", "GraphPredictor.load", "gnn2mlp score MODEL FOLDER OUT"),
}
_WANTED = {"node": "a model that answers for nodes", "pair": "a model of links", "graph": "a model of whole graphs"}


def check_unit(card: Mapping[str, Any], folder: Path, unit: Unit, onnx: bool = False) -> None:
    """Raise `ArtefactError` if the model of a card, or of a `config.json`, does not answer for what is asked.

    Args:
        card: with the `answers` of the model.
        folder: where it is, for messages.
        unit: what answers are wanted for.
        onnx: whether the card is of a file for ONNX Runtime.

    Example:
        >>> check_unit({"answers": {"kind": "embeddings", "width": 8}}, Path("model"), "pair")
    """
    found = unit_of(card)
    if found == unit:
        return
    what, load, command = _ARE[found]
    load = f"Onnx{load}" if onnx else load
    asked = f"; on the command line, {command}" if command else ""
    raise ArtefactError(f"expected {_WANTED[unit]} in {folder}, got {what}: load it with {load}{asked}")


def unit_of(card: Mapping[str, Any]) -> Unit:
    """What the model of a card, or of a `config.json`, answers for.

    Example:
        >>> unit_of({"answers": {"kind": "classes"}, "fields": {"code_sizes": [7]}})
        'graph'
    """
    if card.get("fields"):
        return "graph"
    return "pair" if _has_embeddings(card) else "node"


def unit_at(directory: Path) -> Unit:
    """What the student of a folder answers for; no number of it is read, and nothing checked.

    Raises:
        ArtefactError: if there is no student's file.
    """
    from gnn2mlp.core import artefact

    return unit_of(artefact.read_card(directory / STUDENT, "student"))


def _has_embeddings(card: Mapping[str, Any]) -> bool:
    return bool((card.get("answers") or {}).get("kind") == EmbeddingAnswers.kind)
