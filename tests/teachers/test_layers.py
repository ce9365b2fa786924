"""What teachers write down of their layers: maps that rebuild them, and energies against a slow formula."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.energy import dirichlet_energy
from gnn2mlp.teachers import TEACHERS, NetworkTeacher
from tests.tiny import small, tiny_views

KEYS = ["energy_ratios", "transformation_sizes", "transformations"]


@pytest.mark.parametrize("name", ["gcn", "sage"])
@pytest.mark.parametrize(("layers", "norm"), [(2, "none"), (3, "layer")])
def test_maps_and_energies_are_those_of_a_pass(name: str, layers: int, norm: str) -> None:
    views = tiny_views("inductive")
    teacher = small(TEACHERS, name, layers=layers, norm=norm, fanouts=None, epochs=5)
    assert isinstance(teacher, NetworkTeacher)
    teacher.fit(views.observed)
    found = teacher.export(views.observed, KEYS)
    graph = views.observed.graph
    dense = graph.features.to_dense() if isinstance(graph.features, CSR) else graph.features
    adjacency = graph.adjacency.to_dense() + torch.eye(graph.num_nodes)
    degree = adjacency.sum(1)
    operator = {
        "sage": adjacency / degree[:, None],
        "gcn": adjacency / (degree[:, None] * degree[None]).sqrt(),
    }[name]
    sizes = found["transformation_sizes"].tolist()
    assert sizes == [[graph.num_features, 16], *[[16, 16]] * (layers - 2), [16, 3]]
    h, start, ratios = dense, 0, []
    for number, (a, b) in enumerate(sizes):
        weight = found["transformations"][start : start + a * b].view(a, b)
        bias = found["transformations"][start + a * b : start + a * b + b]
        start += a * b + b
        mapped, after = h @ weight + bias, operator @ (h @ weight) + bias
        energies = [dirichlet_energy(rows, graph.adjacency) for rows in (h, mapped, after)]
        ratios.append([float(energies[1] / energies[0]), float(energies[2] / energies[1])])
        if number < layers - 1:
            h = teacher.module_.norms[number](after).relu().detach()
    assert start == found["transformations"].numel()
    torch.testing.assert_close(found["energy_ratios"], torch.tensor(ratios), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(after.detach(), teacher.export(views.observed)["logits"], rtol=1e-4, atol=1e-4)


def test_layers_that_are_no_single_map_are_refused() -> None:
    observed = tiny_views().observed
    teacher = small(TEACHERS, "sage", aggregator="mean", fanouts=None, epochs=2)
    teacher.fit(observed)
    with pytest.raises(ConfigError, match="as those of gcn and of sage with aggregator=gcn, got MeanConv"):
        teacher.export(observed, KEYS)
    with pytest.raises(ConfigError, match="teacher 'gat' does not provide .*teachers that do: gcn, sage"):
        TEACHERS.get("gat").check_provides(KEYS)
