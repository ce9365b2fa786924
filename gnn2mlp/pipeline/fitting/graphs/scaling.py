"""Numbers of nodes in units in which networks learn, and students that read them as they are."""

import copy
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from gnn2mlp.data.graphs import GraphSet
from gnn2mlp.deploy.graph_predictor import GraphPredictor
from gnn2mlp.nn.fold import fold_input, input_maps
from gnn2mlp.nn.set_network import SetNetwork

# A deviation that is a smaller share than this of the largest value is lost in single precision.
_LEAST_SPREAD = 1e-6
# One by a smaller deviation has no room in it, times a weight.
_LEAST = 1e-30


class Scaled(NamedTuple):
    """Graphs whose numbers have mean 0 and deviation 1 over the nodes of some of them.

    Args:
        graphs: all of them; where nodes have no numbers, as they were.
        shift: (features,), the means.
        scale: (features,), one by the deviations; 0 of a number that is the same in all nodes, but for what single
            precision makes of it: nothing is learnt of it, and whatever it is later changes no answer.
    """

    graphs: GraphSet
    shift: Tensor
    scale: Tensor

    @classmethod
    def by(cls, graphs: GraphSet, ids: Tensor) -> "Scaled":
        """Graphs scaled by the nodes of the graphs `ids`.

        Example:
            >>> from gnn2mlp.data import graph_set_from_arrays
            >>> graphs = graph_set_from_arrays([0, 1], [0, 0, 1], [[0], [1]], features=[[1.0], [3.0], [9.0]])
            >>> Scaled.by(graphs, torch.tensor([0])).graphs.features.flatten().tolist()
            [-1.0, 1.0, 7.0]
        """
        if graphs.features is None:
            return cls(graphs, torch.zeros(0), torch.ones(0))
        rows = graphs.features[graphs.nodes_of(ids)].double()
        spread = rows.std(0, correction=0)
        varies = spread > (_LEAST_SPREAD * rows.abs().amax(0)).clamp(min=_LEAST)
        scale = torch.where(varies, spread.reciprocal(), 0.0)
        shift = rows.mean(0)
        scaled = ((graphs.features.double() - shift) * scale).float()
        return cls(replace(graphs, features=scaled), shift, scale)

    def unscaled(self, student: GraphPredictor) -> GraphPredictor:
        """A student that was trained on the scaled numbers, which reads them as they are given: the same answers."""
        if not self.shift.numel():
            return student
        made = copy.deepcopy(student)
        assert isinstance(made.module, SetNetwork), "students of graphs are"
        maps = input_maps(made.module.embed)
        assert maps is not None, "it begins with an MLP"
        codes = made.num_features - self.shift.numel()
        fold_input(maps, torch.cat([torch.zeros(codes), self.shift]), torch.cat([torch.ones(codes), self.scale]))
        return made
