"""The rungs of the ladder in the order of their worth: if time runs out, the last ones are lost."""

from typing import NamedTuple


class Rung(NamedTuple):
    """A part of the ladder.

    Args:
        name: in the file of findings.
        target: `module:function`, which is given a `Bench`.
        limit: seconds after which it is ended.
        about: what it measures, for the page.
    """

    name: str
    target: str
    limit: float
    about: str


RUNGS = [
    Rung("card", "card:rates", 40, "copy bandwidth, matrix rates, and what a launch and a transfer cost"),
    Rung("gcn", "gnn_epochs:gcn", 60, "GCN epochs on the whole graph, ours and PyG's"),
    Rung("student", "student_epochs:epochs_of", 50, "student epochs in memory, ours and with `nn.Linear`"),
    Rung("latency", "answers:answers", 60, "answers of 1, 10 and 100 rows, on the card and on the CPU"),
    Rung("sparse", "products_of_csr:candidates", 45, "sparse products: every kernel at hand"),
    Rung("products", "sampled:products", 110, "SAGE with sampled neighbours at products' size, and its export"),
    Rung("sage", "gnn_epochs:sage", 45, "SAGE epochs on the whole graph, ours and PyG's"),
    Rung("gat", "gnn_epochs:gat", 45, "GAT epochs on the whole graph, ours and PyG's"),
    Rung("tokenizer", "gnn_epochs:tokenizer", 40, "epochs of VQGraph's tokenizer"),
    Rung("hgnn", "gnn_epochs:hgnn", 40, "HGNN epochs on the hypergraph of neighbourhoods, ours and PyG's"),
    Rung("export", "exporting:exporting", 40, "ONNX files of a student that was trained on the card"),
    Rung("streams", "streams:streams", 90, "distilling a million rows, from memory and streamed"),
    Rung("sampled", "sampled:arxiv", 40, "SAGE with sampled neighbours at arxiv's size"),
    Rung("whole", "gnn_epochs:whole_products", 90, "GCN epochs on the whole graph at products' size"),
]
