"""Features for data that have none, or that hold category codes. Each construction says what it is made from."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.seeds import generator
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.nn.csr import CSR, Features

MAGNITUDES = 32
Construction = Literal["degree", "one_hot", "noisy_labels", "words"]
# In how many texts a word has to be, as in the published bags of words of Cora and Citeseer (Sen et al., 2008).
OCCURRENCES = 10


def constructed(data: NodeData, kind: Construction, noise: float) -> NodeData:
    """The same data with constructed features, which depend on nothing but each node's own links or label.

    Args:
        data: its own features are put aside.
        kind: `"degree"`: the magnitude of the degree, one-hot in 32 columns, k for 2^k - 1 to 2^(k+1) - 2 hyperedges.
            `"one_hot"`: the number of the node, which tells a graph-free student nothing of nodes that it was not
            trained on. `"noisy_labels"`: the class, one-hot, plus normal noise (AllSet, Chien et al., ICLR 2022): test
            labels are in the features by construction, so that accuracy measures how well noise is averaged out, and
            nothing else. `"words"`: which words the node's text has, of those that are in at least ten texts. As in
            published bags of words, the texts of all nodes decide on the columns; the inputs `text` learn their words
            from observed ones alone.
        noise: standard deviation of that noise; AllSet has 1.0 and 0.6.

    Raises:
        DataError: for degrees of a graph: they would tell observed nodes how many neighbours do not exist yet, whereas
            a node's hyperedges are there whoever else is.
    """
    if kind == "degree" and data.kind != "hypergraph":
        raise DataError(
            f"{data.name}: features made of degrees count neighbours that training may not know of; "
            "expected a hypergraph, or features 'one_hot' or 'noisy_labels'"
        )
    if kind == "noisy_labels" and not data.task.exclusive:
        raise DataError(f"{data.name}: noisy labels are made of classes, and the task {data.task.name!r} has none")
    make: dict[str, Callable[[], Features]] = {
        "degree": lambda: _magnitude(data.degree),
        "one_hot": lambda: _identity(data.num_nodes),
        "noisy_labels": lambda: _noisy_labels(data, noise),
    }
    if kind == "words":
        features, names = words_of(data.texts, data.name)
        return replace(data, features=features, feature_names=names)
    return replace(data, features=make[kind](), feature_names=None)


def words_of(texts: Sequence[str] | None, name: str) -> tuple[CSR, tuple[str, ...]]:
    """Which of the words that occur in at least ten texts each text has: ones (texts, words), sparse, and the words.

    Words are runs of two letters or digits at least, in lower case.

    Raises:
        DataError: if there are no texts, or no word is in as many.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    if texts is None:
        raise DataError(
            f"{name}: expected texts to take words from, got none; write an array texts (nodes,) into the file, or "
            "name a file with a line for each node with --texts"
        )
    counter = CountVectorizer(binary=True, min_df=OCCURRENCES, dtype=np.float32)
    try:
        matrix = counter.fit_transform(texts)
    except ValueError as error:  # what it raises for an empty vocabulary, and for fewer texts than `min_df`
        raise DataError(f"{name}: expected a word in at least {OCCURRENCES} texts, found none") from error
    return CSR.from_scipy(matrix), tuple(counter.get_feature_names_out().tolist())


def _identity(size: int) -> CSR:
    ids = torch.arange(size)
    return CSR.from_coo(ids, ids, torch.ones(size), (size, size))


def _magnitude(degree: Tensor) -> Tensor:
    # As wide whatever degrees occur: a column more would tell of a node that may not exist yet.
    return F.one_hot((degree + 1).double().log2().floor().long(), MAGNITUDES).float()


def _noisy_labels(data: NodeData, noise: float) -> Tensor:
    shape = data.num_nodes, data.task.num_outputs
    features = noise * torch.randn(shape, generator=generator(0, "noisy label features"))
    known = data.task.known(data.labels)
    features[known, data.labels[known]] += 1
    return features
