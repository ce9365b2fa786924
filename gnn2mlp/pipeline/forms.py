"""The forms in which a student can answer: as trained, folded, on ONNX Runtime, with 8-bit weights."""

import importlib.util
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.deploy import Predictor
from gnn2mlp.deploy.predictor import chunks
from gnn2mlp.evaluate import accuracy
from gnn2mlp.nn.csr import CSR, Features, compute_form, gather
from gnn2mlp.nn.fold import fold
from gnn2mlp.pipeline.stages import Seed

Form = Callable[[Features], Tensor]
"""From feature rows on the CPU, dense or sparse, to logits (rows, classes) on the CPU."""

# Values that are made dense at once where a form cannot read sparse rows.
CHUNK = 2**23


def has_onnx() -> bool:
    """Whether the extra `onnx` is installed."""
    return all(importlib.util.find_spec(package) for package in ("onnx", "onnxruntime"))


def student_forms(seed: Seed, predictor: Predictor) -> dict[str, Form]:
    """Every form of a student that this machine can run: `torch_forms` and, with the extra `onnx`, `onnx_forms`."""
    runtime = onnx_forms(seed, predictor) if has_onnx() else {}  # first: torch's move the module to their device
    return torch_forms(seed, predictor) | runtime


def torch_forms(seed: Seed, predictor: Predictor) -> dict[str, Form]:
    """`student` as it ships, folded, and `student_eager`, the module as trained; on the seed's device.

    Both read sparse rows where the features are sparse; there, `student_dense` is the folded one on dense rows.
    """
    module, device = predictor.module.to(seed.device).eval(), seed.device
    folded = fold(module)

    @torch.inference_mode()
    def eager(rows: Features) -> Tensor:
        logits: Tensor = module(rows.to(device)).logits
        return logits.cpu()

    forms: dict[str, Form] = {"student": lambda rows: folded(rows.to(device)).cpu(), "student_eager": eager}
    if isinstance(inputs(seed), CSR):
        forms["student_dense"] = lambda rows: folded(_dense(rows).to(device)).cpu()
    return forms


def onnx_forms(seed: Seed, predictor: Predictor) -> dict[str, Form]:
    """`onnx` and `int8`, on dense rows and the CPU; validation nodes set the range of activations, as in `export`."""
    from gnn2mlp.deploy.onnx import encode, quantise, sample
    from gnn2mlp.deploy.onnx_predictor import network

    def form(answer: Callable[[np.ndarray], np.ndarray]) -> Form:
        return lambda rows: torch.from_numpy(answer(_dense(rows).numpy()))

    valid = seed.task.split.valid
    few = gather(inputs(seed), valid[sample(valid.numel())])
    content = encode(predictor.module, predictor.num_features, predictor.inputs)
    contents = {"onnx": content, "int8": quantise(content, _dense(few).numpy())}
    return {name: form(network(model, torch.get_num_threads())) for name, model in contents.items()}


def form_scores(seed: Seed) -> dict[str, float]:
    """Accuracy of each form of this seed's student on all test nodes."""
    test, features = seed.task.split.test, inputs(seed)
    forms = student_forms(seed, seed.student("student"))
    rows, labels = gather(features, test), seed.graph.labels[test]
    return {name: accuracy(everything(form, rows), labels) for name, form in forms.items()}


def everything(form: Form, features: Features) -> Tensor:
    """Logits of all rows, in pieces that fit the memory where they are made dense."""
    return torch.cat([form(rows) for rows in chunks(features, max(1, CHUNK // features.shape[1]))])


def inputs(seed: Seed) -> Features:
    """All features, in the form and precision in which students compute."""
    return compute_form(seed.graph.features).to(dtype=torch.get_default_dtype())


def _dense(rows: Features) -> Tensor:
    return rows.to_dense() if isinstance(rows, CSR) else rows
