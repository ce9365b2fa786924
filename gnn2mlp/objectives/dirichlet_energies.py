"""By how much each step of a network smooths or sharpens its rows along edges, matched by the student."""

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_positive
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.energy import dirichlet_energy, log_ratio
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._within import links_within


class DirichletEnergies(Objective):
    """L = Σ over steps of (f(R_S) - f(R_T))², R the energy of a step's result over that of what enters it (TINED).

    The Dirichlet energy is that of rows of unit length (`nn.energy`): Σ over edges of ‖u_i - u_j‖². Steps are the map
    and the propagation of each layer of the teacher, and what stands for them in the student `layerwise`, which is
    asked once more for it, with dropout of its own. Any other student has one step, from its last hidden layer to its
    logits, which is compared with the teacher's last layer.

    In a mini-batch energies are those of the edges within the batch; in one of all nodes, in which TINED trains, of
    all. An edge of weight w counts as w edges, and in a batch with sample weights as its node i does.

    Args:
        log: f is the logarithm of the ratio, else the ratio.
        root: of its square root, which halves the logarithm; as in the released code.
        share: of edges that a step looks at, drawn anew each time.
    """

    name = "dirichlet_energies"
    citation = "Zhou et al., TINED: GNNs-to-MLPs by Teacher Injection and Dirichlet Energy Distillation, ICML 2025"
    reads_features = True
    needs = frozenset({"energy_ratios", "neighbours"})
    couples_rows = True

    def __init__(self, log: bool = True, root: bool = True, share: float = 1.0):
        super().__init__()
        self.log = log
        self.root = root
        self.share = share
        check_positive(self.name, share=share)
        if share > 1:
            raise ConfigError(f"{self.name}.share: expected at most 1, got {share}")

    def forward(self, batch: Batch) -> Tensor:
        """The sum of squared differences."""
        links = links_within(batch, self.name)
        values = links.values
        if batch.weights is not None:
            values = values * batch.weights.to(values.dtype)[links.row_ids()]
        if self.share < 1:
            values = values * (torch.rand_like(values) < self.share)
        links = links.with_values(values)
        teacher = batch.knowledge("energy_ratios").double()
        steps = _steps(batch)
        if len(steps) == 1:
            wanted = teacher[-1:].prod(1)  # of the whole layer
        elif len(steps) == teacher.numel():
            wanted = teacher.flatten()
        else:
            raise ConfigError(
                f"{self.name}: expected a student of {teacher.size(0)} layers, as the teacher has, got "
                f"{len(steps) // 2}; set student.layers={teacher.size(0)}"
            )
        found = torch.stack([log_ratio(dirichlet_energy(b, links), dirichlet_energy(a, links)) for a, b in steps])
        gaps = self._scaled(found) - self._scaled(wanted.log())
        return gaps.square().sum().to(batch.output.logits.dtype)

    def _scaled(self, log_ratios: Tensor) -> Tensor:
        """F of a ratio."""
        halved = log_ratios / 2 if self.root else log_ratios
        return halved if self.log else halved.exp()


def _steps(batch: Batch) -> list[tuple[Features, Tensor]]:
    """What enters and what leaves each step of the student."""
    steps = getattr(batch.student, "steps", None)
    if steps is None or batch.own_rows is None:
        return [(batch.output.hidden, batch.output.logits)]
    found: list[tuple[Features, Tensor]] = steps(batch.own_rows)
    return found
