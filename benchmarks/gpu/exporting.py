"""A student that was trained on the device, as files: saved, written for ONNX Runtime, also in 8 bits, and read back.

`agrees` is the share of rows that ONNX Runtime answers as torch does.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import machine
import numpy as np
from findings import Record
from gnn_epochs import LR
from graphs import Drawn
from inside import Bench
from student_epochs import STUDENT

from gnn2mlp.deploy import OnnxPredictor, Predictor
from gnn2mlp.distill import Distiller
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.nn.csr import CSR
from gnn2mlp.students.mlp import MLPStudent

EPOCHS, ROWS = 2, 10_000


def exporting(bench: Bench) -> None:
    """The rung."""
    bench.measure("arxiv", lambda: _export(bench))


def _export(bench: Bench) -> Record:
    drawn = Drawn("arxiv", bench.tiny, bench.device)
    student, distiller = MLPStudent(**STUDENT), Distiller(**LR, epochs=EPOCHS, patience=EPOCHS, batch_size=4_096)
    objective = GLNN().build_objective()
    spent: dict[str, float] = {}

    def timed(stage: str, call: Callable[[], Any]) -> Any:
        found: list[Any] = []
        spent[f"{stage}_s"] = machine.timed(lambda: found.append(call()))
        return found[0]

    result = timed(
        "train",
        lambda: distiller.fit(student, objective, drawn.observed, drawn.knowledge(), device=bench.device),
    )
    predictor = Predictor(student, result.module, result.num_features, drawn.graph.task)
    features = drawn.graph.features
    assert not isinstance(features, CSR), "dense at this size"
    rows = features[:ROWS].numpy()
    # Labels by the student itself: 8-bit weights are then judged by how often they answer as it does.
    labels = timed("predict", lambda: predictor.predict(rows))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        timed("save", lambda: predictor.save(folder))
        timed("onnx", lambda: predictor.to_onnx(folder, int8=True, check=(rows, labels), tolerance=100.0))
        exact, small = OnnxPredictor.load(folder), OnnxPredictor.load(folder, int8=True)
        answered = {"": timed("onnx_predict", lambda: exact.predict(rows)), "int8_": small.predict(rows)}
    agreement = {f"{kind}agrees": float(np.mean(found == labels)) for kind, found in answered.items()}
    return {**spent, **agreement, "rows": len(rows), "epochs": EPOCHS}
