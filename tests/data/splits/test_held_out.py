import torch
from torch import Tensor

from gnn2mlp.data import graph_from_arrays
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.splits._held_out import HeldOut


class LastTen(HeldOut):
    name = "last_ten"
    citation = "nobody"
    every_class = False
    train, valid = 0.5, 0.25

    def held_out(self, graph: NodeData, seed: int) -> Tensor:
        return torch.arange(graph.num_nodes) >= graph.num_nodes - 10


def test_what_is_held_out_is_unseen_or_absent_and_the_rest_is_drawn() -> None:
    labels = [0, 1] * 28 + [-1] * 4
    graph = graph_from_arrays(torch.eye(60), labels, [list(range(59)), list(range(1, 60))])
    split = LastTen().split(graph, 0, "inductive")
    assert split.unseen.tolist() == list(range(50, 56))
    assert LastTen().absent(graph, 0).tolist() == [56, 57, 58, 59]
    drawn = torch.cat([split.train, split.valid, split.seen]).sort().values
    assert drawn.tolist() == list(range(50))
