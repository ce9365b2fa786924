"""The back-ends on which a student can answer: as trained, folded, by CUDA graph, on ONNX Runtime, in 8 bits."""

import importlib.util
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.data.nodes import NodeData
from gnn2mlp.deploy import Predictor
from gnn2mlp.nn.csr import CSR, Features, compute_form, gather
from gnn2mlp.nn.fold import fold
from gnn2mlp.nn.graphed import Graphed, capturable
from gnn2mlp.nn.row_chunks import row_chunks
from gnn2mlp.tasks import Task

Backend = Callable[[Features], Tensor]
"""From feature rows on the CPU, dense or sparse, to logits (rows, classes) on the CPU."""

# Values that are made dense at once where a back-end cannot read sparse rows.
CHUNK = 2**23


def has_onnx() -> bool:
    """Whether the extra `onnx` is installed."""
    return all(importlib.util.find_spec(package) for package in ("onnx", "onnxruntime"))


def student_backends(
    student: Predictor, features: Features, valid: Tensor, device: torch.device, onnx: bool
) -> dict[str, Backend]:
    """Every back-end of a student: `torch_backends` and, with `onnx`, `onnx_backends`.

    Args:
        student: trained.
        features: what it reads of all nodes, as `student_input` gives it.
        valid: ids of the validation nodes.
        device: where torch computes.
        onnx: whether ONNX Runtime is there.
    """
    runtime = onnx_backends(student, features, valid) if onnx else {}
    return torch_backends(student, device, isinstance(features, CSR)) | runtime


def torch_backends(student: Predictor, device: torch.device, sparse: bool) -> dict[str, Backend]:
    """`student` as it ships, folded, and `student_eager`, the module as trained; on `device`, as copies.

    Both read sparse rows where the features are `sparse`; there, `student_dense` is the folded one on dense rows. On a
    GPU, `student_graph` is the folded one by CUDA graph, as `Predictor.load(..., cuda_graphs=True)` answers.
    """
    module = student.to(device).module
    folded = fold(module)

    @torch.inference_mode()
    def eager(rows: Features) -> Tensor:
        logits: Tensor = module(rows.to(device)).logits
        return logits.cpu()

    backends: dict[str, Backend] = {"student": lambda rows: folded(rows.to(device)).cpu(), "student_eager": eager}
    if sparse:
        backends["student_dense"] = lambda rows: folded(_dense(rows).to(device)).cpu()
    if capturable(device):
        backends["student_graph"] = Graphed(folded, device)
    return backends


def onnx_backends(student: Predictor, features: Features, valid: Tensor) -> dict[str, Backend]:
    """`onnx` and `int8`, on dense rows and the CPU; validation nodes set the range of activations, as in `export`."""
    from gnn2mlp.deploy.onnx import encode, quantise, sample
    from gnn2mlp.deploy.onnx_predictor import Network

    def backend(answer: Callable[[np.ndarray], np.ndarray]) -> Backend:
        return lambda rows: torch.from_numpy(answer(_dense(rows).numpy()))

    few = gather(features, valid[sample(valid.numel())])
    content = encode(student.module, features.shape[1])
    contents = {"onnx": content, "int8": quantise(content, _dense(few).numpy())}
    return {name: backend(Network(model, torch.get_num_threads())) for name, model in contents.items()}


def backend_scores(backends: Mapping[str, Backend], features: Features, labels: Tensor, task: Task) -> dict[str, float]:
    """What the metric of a fitted task says of each back-end on some rows; `labels` are theirs."""
    metric = task.metrics[task.metric]
    return {name: metric.value(task, answer_all(backend, features), labels) for name, backend in backends.items()}


def answer_all(backend: Backend, features: Features) -> Tensor:
    """Logits of all rows, in pieces that fit the memory where they are made dense."""
    return torch.cat([backend(rows) for rows in row_chunks(features, max(1, CHUNK // features.shape[1]))])


def student_input(student: Predictor, graph: NodeData) -> Features:
    """What a student reads of all nodes, in the layout and precision in which students compute."""
    return compute_form(student.inputs.rows(graph)).to(dtype=torch.get_default_dtype())


def _dense(rows: Features) -> Tensor:
    return rows.to_dense() if isinstance(rows, CSR) else rows
