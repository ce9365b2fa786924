"""VQGraph: a structure-aware codebook teaches an MLP."""

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.methods._base import Method, check_hard_weight
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.code_assignments import CodeAssignments
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.soft_labels import SoftLabels


class VQGraph(Method):
    """VQGraph (Yang et al., ICLR 2024, https://arxiv.org/abs/2308.02117); its teacher is a tokenizer, `vq`.

    L = λ · CE(labels) + (1 - λ) · KL(teacher ‖ student) + β · τ² KL(code assignments of teacher ‖ of student).

    Args:
        hard_weight: λ in 0..1; 0 (soft labels alone) is the released default.
        temperature: of the soft labels.
        code_weight: β. 0 leaves the code term out: then all that remains of the method is its teacher. The released
            code's default is 1e-8.
        code_temperature: τ of the student's code assignment; default: the teacher's.
        sharpen: power of the teacher's probabilities; see `SoftLabels`.
        update: `"joint"` minimises the sum. `"alternating"` takes one optimiser pass per term on one Adam state, as the
            released code does.

    Example:
        >>> "codebook" in VQGraph().teacher_keys
        True
        >>> sorted(VQGraph(code_weight=0).teacher_keys)  # then any teacher will do
        ['logits']
    """

    name = "vqgraph"
    citation = "Yang et al., VQGraph: Rethinking Graph Representation Space for Bridging GNNs and MLPs, ICLR 2024"
    idea = (
        "Nodes with alike neighbourhoods play alike parts in a graph. VQGraph's teacher learns a codebook of such "
        "parts: every node is sent through the nearest of some hundred code vectors. The student learns the teacher's "
        "soft labels, and which codes a node is close to. The codes can be looked at, which tells what the teacher "
        "has found in the graph."
    )
    departures = (
        "Teacher and student assign codes in one geometry (released code: cosine against Euclid); each row meets the "
        "codes of its own node (released: those of its position in the batch); the code term is a divergence "
        "(released: probabilities passed as a log target) and has a weight that acts (released: 1e-8); the epoch is "
        "chosen on validation (released, transductive: on the test nodes); codes come from the observed graph alone "
        "(released: from the full one); joint update (released: three passes an epoch)."
    )

    def __init__(
        self,
        hard_weight: float = 0.0,
        temperature: float = 1.0,
        code_weight: float = 1.0,
        code_temperature: float | None = None,
        update: UpdateRule = "joint",
        sharpen: float = 1.0,
    ):
        check_hard_weight(hard_weight)
        check_at_least("method", 0, code_weight=code_weight)
        self.hard_weight = hard_weight
        self.temperature = temperature
        self.sharpen = sharpen
        self.code_weight = code_weight
        self.code_temperature = code_temperature
        self.update = update

    def build_objective(self) -> Objective:
        """λ · hard labels + (1 - λ) · soft labels + β · code assignments."""
        soft = SoftLabels(self.temperature, sharpen=self.sharpen)
        labels = self.hard_weight * HardLabels() + (1 - self.hard_weight) * soft
        return labels + self.code_weight * CodeAssignments(self.code_temperature)
