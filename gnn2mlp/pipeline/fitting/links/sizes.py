"""What many links need: fewer epochs of larger batches, and sampled neighbours where all of a graph would not fit."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.spec import Spec
from gnn2mlp.pipeline.fitting.sizes import FANOUTS, PASSES, SMALL, WHOLE_GRAPH, sized_distill
from gnn2mlp.teachers import TEACHERS

# A teacher of links goes over its links in all as often as one of nodes does over rows, and at least so many times.
LEAST = 100


def link_epochs(edges: int) -> int:
    """Epochs of a teacher that goes over so many links: of more, fewer, and at least 100.

    Example:
        >>> link_epochs(50_000), link_epochs(1_000_000)
        (400, 100)
    """
    return max(LEAST, PASSES // max(1, edges))


def sized_link_distill(options: Mapping[str, Any], rows: int, edges: int) -> dict[str, Any]:
    """Options of `Distiller` that suit links, and so many rows and links, where they are left open."""
    # As released. The decay that suits classes makes products of small embeddings vanish: a student of words weighed
    # by their rarity answered every pair alike.
    sized = {"weight_decay": 0.0, **sized_distill(options, max(rows, edges))}
    if rows <= SMALL and "batch_size" not in options:  # of nodes; each step has its share of the links
        sized.pop("batch_size", None)
    return sized


def sized_link_teacher(teacher: Spec, rows: int, edges: int) -> Spec:
    """The teacher with epochs that suit so many links, and of many rows with sampled neighbours, where left open.

    A network that samples none, such as SIGN, reads the whole graph however large.
    """
    known = TEACHERS.get(teacher.name).constructor_options()
    options: dict[str, Any] = {}
    if "epochs" in known and link_epochs(edges) < known["epochs"].default:
        epochs = link_epochs(edges)
        options = {"epochs": epochs, "patience": min(known["patience"].default, max(5, epochs // 4))}
    if rows > WHOLE_GRAPH and "encoder" in known:
        encoder = Spec.parse(teacher.options.get("encoder", "sage"))
        if "fanouts" in TEACHERS.get(encoder.name).constructor_options():
            layers = encoder.options.get("layers", len(FANOUTS))
            sampled = Spec(encoder.name, fanouts=list(FANOUTS[:1] * layers)).override(**encoder.options)
            teacher = teacher.override(encoder=sampled.to_dict())
    return Spec(teacher.name, **{**teacher.options, **{k: v for k, v in options.items() if k not in teacher.options}})
