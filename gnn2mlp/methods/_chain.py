"""What methods that train one student after the other have in common."""

from dataclasses import replace

import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data.view import Observed
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.averaged import average


def observed_of(learner: Learner, method: str) -> Observed:
    """The nodes that a learner has in memory.

    Raises:
        ConfigError: if it has a table of rows; `method` is who asks.
    """
    if isinstance(learner.data, Observed):
        return learner.data
    raise ConfigError(f"method {method!r} trains on a graph's nodes, and a table of rows is streamed; use gnn2mlp run")


def mixed(learner: Learner, first: TeacherKnowledge, share: float, second: TeacherKnowledge) -> TeacherKnowledge:
    """Soft labels that are `share` of the first table's probabilities and the rest of the second's, as logits.

    The divergence from a mixture has the gradient of the mixture of divergences. A share of 0 or 1 is one table as it
    is.
    """
    if share in (0, 1):
        return first if share else second
    observed = observed_of(learner, "mixture")
    said = torch.stack([table.align(observed.node_ids)["logits"] for table in (first, second)])
    logits = average(said, torch.tensor([share, 1 - share]), observed.task.averaged_as)
    return TeacherKnowledge(observed.node_ids, {"logits": logits}, dict(second.card))


def with_seconds_of(result: DistillationResult, before: list[DistillationResult]) -> DistillationResult:
    """The same result, whose training took as long as all of them together."""
    seconds = result.history.seconds + sum(earlier.history.seconds for earlier in before)
    return replace(result, history=replace(result.history, seconds=seconds))
