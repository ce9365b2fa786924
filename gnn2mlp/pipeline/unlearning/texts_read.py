"""Which texts encoders have read that nothing of what is left says, so that what they made of these goes too."""

from collections.abc import Iterator, Mapping
from typing import Any

from gnn2mlp.core.spec import Spec
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.pipeline.unlearning.before import Before
from gnn2mlp.teachers import PromptTemplate, prompts_of
from gnn2mlp.teachers.language import Language


def texts_gone(before: Before) -> set[str]:
    """Texts that no node has any more, and prompts that hold such a text or follow a link that is gone.

    Args:
        before: the models as they were; its removal is of nodes, links, or both.
    """
    graph, row, unseen = before.graph, before.removal.row, before.split.unseen
    if graph.texts is None:
        return set()
    teacher = Spec.parse(before.knowledge.value.card.get("teacher") or "none")
    options = teacher.options if teacher.name == Language.name and teacher.options.get("read") == "prompt" else None
    left, then = before.removal.of(graph), row[unseen]
    kept = {*_read(left, options), *_read(left.without_links_of(then[then >= 0]), options)}
    return {*_read(graph, options), *_read(graph.without_links_of(unseen), options)} - kept


def _read(graph: NodeData, options: Mapping[str, Any] | None) -> Iterator[str]:
    """The texts of nodes, and the prompts that a teacher with these options makes of them."""
    yield from graph.texts or ()
    if options is not None and isinstance(graph, GraphData):
        template = PromptTemplate(options["own"], options["other"], options["most"])
        for prompts in prompts_of(graph, options["hops"], template):
            yield from prompts
