"""Latency per request of a seed's teacher and student, on the run's own graph."""

from typing import Any

import torch
from torch import Tensor

from gnn2mlp.evaluate.latency import compare
from gnn2mlp.nn.csr import compute_form, gather
from gnn2mlp.nn.fold import fold
from gnn2mlp.pipeline.stages import Seed


def measure(seed: Seed) -> dict[str, Any]:
    """Time random requests of 1, 10 and 100 nodes.

    The teacher fetches the full neighbourhood of its depth, gathers those nodes' features, moves them to the device and
    runs; the student, folded as it ships, gathers the requested nodes' features, moves them and runs. Both end with
    class probabilities on the CPU.
    """
    features = compute_form(seed.graph.features).to(dtype=torch.get_default_dtype())
    logits = fold(seed.student("student").module.to(seed.device).eval())

    @torch.inference_mode()
    def student(ids: Tensor) -> Tensor:
        return logits(gather(features, ids).to(seed.device)).softmax(-1).cpu()

    answers = {"teacher": seed.teacher.responder(seed.graph, seed.device), "student": student}
    rows = compare(answers, seed.graph.num_nodes, seed.device)
    return {
        "device": seed.device.type,
        "threads": torch.get_num_threads(),
        "dtype": "float32",
        "protocol": "random nodes per request; the teacher fetches full neighbourhoods, the student none",
        "rows": rows,
    }
