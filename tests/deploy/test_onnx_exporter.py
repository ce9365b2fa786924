"""Modules through torch's exporter."""

import logging

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from gnn2mlp.deploy.onnx_exporter import exported


def test_it_says_nothing_answers_alike_and_takes_any_number_of_rows(
    capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    level = logging.getLogger("torch.onnx").level
    module = nn.Sequential(nn.Linear(3, 4), nn.Dropout(), nn.Tanh(), nn.Linear(4, 2))
    model = exported(module, torch.zeros(2, 3), "rows")
    told = capfd.readouterr()
    assert (told.out, told.err, list(recwarn)) == ("", "", [])
    assert logging.getLogger("torch.onnx").level == level
    rows = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    (logits,) = onnxruntime.InferenceSession(model.SerializeToString()).run(["logits"], {"rows": rows})
    with torch.no_grad():
        np.testing.assert_allclose(logits, module(torch.from_numpy(rows)).numpy(), atol=1e-6)
