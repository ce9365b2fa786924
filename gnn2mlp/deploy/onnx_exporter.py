"""Any module as ONNX nodes, by torch's exporter: for whatever is not written by hand, as it takes seconds."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


def exported(module: nn.Module, example: Tensor, reads: str) -> Any:
    """A model of ONNX that maps `reads` (rows, width) to `logits`.

    Args:
        module: maps a tensor of rows to one of logits; it is put into evaluation mode.
        example: at least two rows, of the width and precision that it reads.
        reads: name of the input.

    Example:
        >>> model = exported(nn.Linear(3, 2), torch.zeros(2, 3), "rows")  # doctest: +SKIP
        >>> [value.name for value in model.graph.input]  # doctest: +SKIP
        ['rows']
    """
    with _silenced():
        program = torch.onnx.export(
            module.eval(),
            (example,),
            input_names=[reads],
            output_names=["logits"],
            dynamic_shapes=({0: "batch"},),
            dynamo=True,
            verbose=False,
        )
    assert program is not None, "dynamo=True gives a program"
    return program.model_proto


@contextmanager
def _silenced() -> Iterator[None]:
    """Without what the exporter tells of packages that it looked for, and its warnings of its own use of torch."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
