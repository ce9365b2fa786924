"""A model of links as a server holds it: one version, checked whole, on ONNX Runtime, with the nodes that it knows.

A directory with `embedder.onnx` and `decoder.onnx`, as `gnn2mlp fit --task link` writes it, is served without torch; of
any other both are made in memory when it is read, for which torch is loaded.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.showing import short_repr
from gnn2mlp.deploy.directory import read_directory
from gnn2mlp.deploy.link_card import DECODER, EMBEDDER
from gnn2mlp.deploy.model_files import ModelDirectory
from gnn2mlp.deploy.onnx_link_predictor import OnnxLinkPredictor
from gnn2mlp.deploy.row_reader import FEATURES
from gnn2mlp.deploy.unit import check_unit
from gnn2mlp.serving.held_nodes import HeldNodes
from gnn2mlp.serving.link_questions import SOURCE, TARGET, AskedNodes, Question
from gnn2mlp.serving.model import ServedModel, check_still_there, served_model
from gnn2mlp.serving.predictions import Judged
from gnn2mlp.serving.settings import NodeFiles


@dataclass(frozen=True, eq=False)
class ServedLinks:
    """One version of a model of links.

    Args:
        reader: reads the columns of nodes and embeds them.
        predictor: scores pairs of embeddings.
        nodes: that have ids, and may be answered; `None`: all nodes come with their columns, in pairs.
    """

    reader: ServedModel
    predictor: OnnxLinkPredictor
    nodes: HeldNodes | None = None

    __repr__ = short_repr

    @property
    def name(self) -> str:
        """In addresses."""
        return self.reader.name

    @property
    def version(self) -> str:
        """The first digits of the SHA-256 of `config.json`, which vouches for every file of the model."""
        return self.reader.version

    @property
    def edition(self) -> Hashable:
        """Of the model and the tables of its nodes."""
        return self.version, None if self.nodes is None else self.nodes.edition

    @property
    def config(self) -> Mapping[str, Any]:
        """What `config.json` says."""
        return self.reader.config

    @property
    def labels(self) -> Sequence[str]:
        """None: it answers with scores."""
        return ()

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of a node."""
        return self.predictor.feature_names or (FEATURES,)

    @property
    def new_node(self) -> dict[str, Any]:
        """A node that is given by its columns, from the middle of what they held in training."""
        return self.reader.example

    @property
    def known_node(self) -> dict[str, Any]:
        """A node that is given by its id, where there are some."""
        return self.new_node if self.nodes is None else {self.nodes.id_column: self.nodes.example}

    @property
    def nothing(self) -> np.ndarray:
        """Embeddings (0, width) of nobody."""
        return np.empty((0, self.predictor.width), np.float32)

    @property
    def example(self) -> dict[str, Any]:
        """A pair that can be asked about."""
        return {SOURCE: self.known_node, TARGET: self.new_node}

    def judge(self, requests: Sequence[Question]) -> list[Any]:
        """The answer to each question, or why it has none.

        All nodes that come with columns are embedded at once; what comes out for one does not depend on the others, but
        for rounding.
        """
        embedded = iter(self.reader.judge([asked.columns for one in requests if (asked := _with_columns(one))]))
        return [self._answer(one, embedded) for one in requests]

    def _answer(self, question: Question, embedded: Iterator[Judged | DataError]) -> Any:
        """The answer to a question; if nodes came with columns, the next of what was embedded is theirs."""
        if (asked := _with_columns(question)) is None:
            return question.answer(self, self.nothing)
        made = next(embedded)
        if isinstance(made, DataError):
            return DataError(f"{made}{asked.counted}")
        return question.answer(self, made.outputs)


def _with_columns(question: Question) -> AskedNodes | None:
    """The nodes of a question, if some of them come with columns."""
    return question.asked if question.asked is not None and question.asked.columns.size else None


def load_links(
    folder: str | Path, name: str | None = None, threads: int = 1, files: NodeFiles | None = None
) -> ServedLinks:
    """Read a model directory of links, check every file of it, and embed the nodes that it is to answer with.

    Args:
        folder: that `gnn2mlp fit --task link` or `LinkPredictor.save` wrote.
        name: of the model in addresses; default: the folder's.
        threads: that one batch may use.
        files: tables of the nodes; without them pairs alone are answered.

    Raises:
        ArtefactError: if a file is missing or altered, or the model answers for something else.
        ConfigError: if ONNX Runtime is not installed, there is no such table, or it has no column of ids.
        DataError: for nodes that cannot be read.
    """
    path = user_path(folder, "model")
    found = read_directory(path, None)
    check_unit(found.config, path, "pair")
    predictor = _predictor(found, threads)
    reader = served_model(found, predictor.embedder, name)
    if files is None:
        return ServedLinks(reader, predictor)
    id_column = files.id_column or predictor.id_column
    if id_column is None:
        raise ConfigError("serve: expected the column of the nodes that holds their ids, as the model knows none: --id")
    return ServedLinks(reader, predictor, HeldNodes.read(predictor, files, id_column))


def _predictor(found: ModelDirectory, threads: int) -> OnnxLinkPredictor:
    files: Mapping[str, bytes] = found.files
    if not {EMBEDDER, DECODER} <= files.keys():
        from gnn2mlp.deploy.link_predictor import LinkPredictor
        from gnn2mlp.deploy.onnx_links import onnx_files

        files = onnx_files(LinkPredictor.load(found.path))
        check_still_there(found)
    ids = (column["name"] for column in found.config.get("columns") or () if column["role"] == "id")
    return OnnxLinkPredictor.of_files(files, found.path, threads, next(ids, None))
