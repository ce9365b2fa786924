"""Large graphs of the Open Graph Benchmark, with their official splits. They need the extra `ogb`."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.datasets._ogb import read_ogb
from gnn2mlp.data.graph import GraphData, graph_from_arrays


def _recipe(
    shared: Mapping[str, Any], student: Mapping[str, Any], teacher: Mapping[str, Any]
) -> Mapping[str, Mapping[str, Any]]:
    """GLNN's settings (Zhang et al., ICLR 2022): SAGE as released; GCN and GAT follow it, as none is published."""
    sampled = {**shared, **teacher, "weight_decay": 0.0, "fanouts": (5, 10, 15)}
    return {
        "teacher": {
            "sage": sampled,
            "gcn": sampled,
            "gat": {**sampled, "heads": 4, "attention_dropout": 0.0},
        },
        "student": {"mlp": shared},
        "distill": {"weight_decay": 0.0, **student},
    }


class _Ogbn(Dataset):
    """Official split; a class may lack training labels there, which is taken as it is. Edges are made undirected."""

    split = Spec("own", every_class=False)
    citation = "Hu et al., Open Graph Benchmark, NeurIPS 2020"

    def load(self, files: RawFiles) -> GraphData:
        """Read through the `ogb` package: raw files stay as they are, processed ones go to the cache."""
        nodes = read_ogb(files, self.name)
        return graph_from_arrays(
            nodes.features,
            nodes.labels,
            nodes.edges,
            name=self.name,
            class_names=range(nodes.num_classes),
            own_splits=[nodes.split],
        )


class OgbnArxiv(_Ogbn):
    """169,343 papers on computer science, 1,166,243 citations, 128 features, 40 topics; split by year."""

    name = "ogbn-arxiv"
    recipe = _recipe(
        shared={"hidden": 256, "layers": 3, "dropout": 0.2, "norm": "batch"},
        student={"lr": 0.01, "batch_size": 4096},
        teacher={"lr": 0.01, "batch_size": 512},
    )


class OgbnProducts(_Ogbn):
    """2,449,029 products bought together, 61,859,140 links, 100 features, 47 categories; split by sales rank."""

    name = "ogbn-products"
    recipe = _recipe(
        shared={"hidden": 256, "layers": 3, "dropout": 0.5, "norm": "batch"},
        student={"lr": 0.003, "batch_size": 4096, "epochs": 200, "patience": 30},
        teacher={"lr": 0.003, "batch_size": 4096, "epochs": 40, "patience": 10},
    )
