"""What any teacher can write down whose logits are known, and who can be asked again."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from torch import Tensor

from gnn2mlp.data.nodes import NodeData
from gnn2mlp.teachers._class_samples import CLASS_KEYS, check_has_classes, sampled_classes
from gnn2mlp.teachers._probes import entropy_shift

if TYPE_CHECKING:
    from gnn2mlp.teachers._base import Export

DERIVED = frozenset({"entropy_shift"}) | CLASS_KEYS


def derived(
    predict: Callable[[NodeData], Tensor],
    graph: NodeData,
    logits: Tensor,
    needs: frozenset[str],
    how: "Export",
    seed: int,
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Those of `needs` that are among `DERIVED`, and facts about them for the card.

    Args:
        predict: logits (nodes, classes) of a graph, in evaluation mode.
        graph: whose nodes they are of.
        logits: what it says of `graph`.
        needs: keys.
        how: sizes of what is written.
        seed: of whatever is drawn.

    Raises:
        ConfigError: if classes are to be drawn, and the task has none.
    """
    arrays: dict[str, Tensor] = {}
    facts: dict[str, Any] = {}
    if "entropy_shift" in needs:
        draws, noise, perturbation = how.draws, how.noise, how.perturbation
        arrays["entropy_shift"] = entropy_shift(predict, graph, logits, draws, noise, seed, perturbation)
        facts["entropy_shift"] = {"draws": draws, "noise": noise, "seed": seed, "perturbation": perturbation}
    if needs & CLASS_KEYS:
        check_has_classes(graph.task)
        arrays["class_indices"], arrays["class_probabilities"] = sampled_classes(logits, how.class_draws, seed)
        facts["classes"] = {"draws": how.class_draws, "seed": seed}
    return arrays, facts
