"""Knowledge a piece at a time, from either kind of file."""

from collections.abc import Iterator
from pathlib import Path

import torch

from gnn2mlp.knowledge._arrow import PIECE
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.knowledge.parquet import parquet_pieces

ARTEFACT = ".safetensors"


def knowledge_pieces(path: Path) -> Iterator[TeacherKnowledge]:
    """A table in pieces of consecutive rows, at least one, each with the card and with what nodes share.

    Args:
        path: an artefact if its name ends in `.safetensors`, else a Parquet table as `read_parquet` reads it.

    Raises:
        ConfigError: if pyarrow is needed and not installed.
        ArtefactError: if the file is missing or damaged.
        DataError: if a Parquet table's columns do not fit.
    """
    if path.suffix == ARTEFACT:
        whole = TeacherKnowledge.load(path)
        yield from map(whole.take, torch.arange(whole.node_ids.numel()).split(PIECE))
    else:
        yield from parquet_pieces(path)
