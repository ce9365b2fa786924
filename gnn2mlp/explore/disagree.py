"""`disagreement`: from the folder of a run, a fitted estimator, or arrays to where the models disagree."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError, nearest
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.hypergraph import HypergraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.explore.answered import Answered
from gnn2mlp.explore.describing import Described, describe_features, describe_table, nothing
from gnn2mlp.explore.disagreement_file import FILE, load_answered
from gnn2mlp.explore.disagreements import Disagreement
from gnn2mlp.explore.grouping import Grouped, by_degree, by_distance, by_homophily, by_name
from gnn2mlp.explore.surroundings import distance_to, node_homophily
from gnn2mlp.nn.csr import CSR


def disagreement(
    source: Any,
    labels: Any = None,
    *,
    features: Any = None,
    feature_names: Sequence[str] | None = None,
    nodes: Any = None,
    population: str | Sequence[str] = "test",
    classes: Sequence[Any] | None = None,
    ids: Sequence[Any] | None = None,
    edge_index: Any = None,
    hyperedge_index: Any = None,
    train: Any = None,
    code: Any = None,
    against: Mapping[str, Any] | None = None,
) -> Disagreement:
    """Where student, teacher and plain MLP disagree: by class, by kind of node, and on groups found by a search.

    Args:
        source: the folder of a run or a fit, or the file that they left in it; a fitted `NodeClassifier`, which then
            needs `labels` and `features`; or by model, `"student"`, `"teacher"`, `"mlp"`, any others, its answers
            (nodes,), or (seeds, nodes) of several seeds.
        labels: true class of each node, in the values of the answers; `None`, NaN or -1 where unknown: those nodes are
            left out.
        features: (nodes, features), or a table; of an estimator what `fit` was given. Conditions of groups and what is
            shown of nodes come from here; without it there are none of columns.
        feature_names: of an array.
        nodes: positions, or a mask, of those to look at; default: all with a label, of an estimator those whose label
            it was not given.
        population: what the nodes are called, all alike or one by one, such as `"unseen"`.
        classes: the order of the classes; default: those that occur, sorted.
        ids: what each node is called; default: its position.
        edge_index: (2, edges), for groups by degree, by neighbours of a node's class, and by distance.
        hyperedge_index: (2, incidences) in its place, nodes and hyperedges.
        train: positions of nodes with a training label, to which distances are taken.
        code: (nodes,), the code of each node, for groups by code.
        against: with an estimator: by name, such as `"mlp"`, another fitted estimator, or answers (nodes,).

    Raises:
        ArtefactError: if the folder holds no such file.
        DataError: if arrays do not fit, or no node is left.

    Example:
        >>> random = np.random.default_rng(0)
        >>> truth, part = random.integers(3, size=600), random.integers(2, size=600)
        >>> wrong = random.random(600) < np.where((truth == 1) & (part == 1), 0.7, 0.1)
        >>> answers = {"teacher": truth, "student": np.where(wrong, (truth + 1) % 3, truth)}
        >>> found = disagreement(answers, truth, features={"part": part})
        >>> found
        Disagreement(seed 0; 600 test nodes: teacher 100.0 %, student 80.5 % (right))
        >>> found.found[0].slice.text, found.found[0].slice.holds
        ('class is 1 and part is 1', True)
    """
    if isinstance(source, str | Path):
        return Disagreement(load_answered(_file_of(Path(source))))
    given: dict[str, Any] = {"edge_index": edge_index, "hyperedge_index": hyperedge_index, "train": train, "code": code}
    if hasattr(source, "predictor_"):
        source, more, nodes = _of_estimator(source, labels, features, nodes, against or {})
        given |= {key: value for key, value in more.items() if given.get(key) is None}
        classes = classes if classes is not None else more["classes"]
        ids = ids if ids is not None else more["ids"]
    if labels is None or not isinstance(source, Mapping):
        raise DataError(
            "disagreement: expected a folder, a fitted estimator with labels, or answers by model with labels, got "
            f"{type(source).__name__}{' without labels' if labels is None else ''}"
        )
    names, truth = _codes(labels, classes)
    answers = {model: np.atleast_2d(_codes(each, names)[1]) for model, each in source.items()}
    kept = _kept(truth, nodes)
    described = _described(features, feature_names, kept)
    groups = _groups(truth, answers, names, kept, given)
    return Disagreement(_table(answers, truth, names, kept, population, ids, groups, described))


def _file_of(path: Path) -> Path:
    """The file that a run leaves in its folder, and a fit in the part of it that does not ship."""
    if path.suffix == ".safetensors":
        return path
    hidden = path / ".work" / FILE
    return hidden if hidden.exists() else path / FILE


def _table(
    answers: Mapping[str, np.ndarray],
    truth: np.ndarray,
    names: Sequence[Any],
    kept: np.ndarray,
    population: str | Sequence[str],
    ids: Sequence[Any] | None,
    groups: Mapping[str, Grouped],
    described: Described,
) -> Answered:
    seeds = {each.shape[0] for each in answers.values()}
    if len(seeds) > 1 or any(each.shape[1] != truth.size for each in answers.values()):
        shapes = {model: each.shape for model, each in answers.items()}
        raise DataError(f"answers: expected (seeds, {truth.size}) of every model, as there are labels, got {shapes}")
    times = seeds.pop()
    called = np.asarray([population] * truth.size if isinstance(population, str) else list(population))[kept]
    populations, place = np.unique(called, return_inverse=True)
    chosen = {model: each[:, kept].ravel() for model, each in answers.items()}
    own = np.tile(truth[kept], times)
    every = range(truth.size) if ids is None else ids
    return Answered(
        node=np.tile(np.arange(kept.size), times),
        seed=np.repeat(np.arange(times), kept.size),
        population=np.tile(place, times),
        populations=tuple(populations.tolist()),
        label=truth[kept],
        errors={model: (each != own).astype(float) for model, each in chosen.items()},
        answers=chosen,
        ids=[str(every[int(k)]) for k in kept],
        classes=tuple(map(str, names)),
        groups=groups,
        conditions=described.conditions,
        texts=described.texts,
    )


def links_of(data: NodeData) -> sp.csr_matrix:
    """(nodes, nodes) of a graph, (nodes, hyperedges) of a hypergraph: what `gnn2mlp.explore.surroundings` reads."""
    if isinstance(data, HypergraphData):
        return _incidence(data.hyperedge_index.numpy(), data.num_nodes)
    assert isinstance(data, GraphData), "the other kind"
    return _adjacency(data.edge_index.numpy(), data.num_nodes)


def kinds_of_nodes(
    links: sp.csr_matrix, degree: np.ndarray, truth: np.ndarray | None, train: np.ndarray | None
) -> dict[str, Grouped]:
    """The groups of every node by degree, by neighbours of its class, and by distance, of what is given."""
    found = {"degree": by_degree(degree)}
    if truth is not None:
        found["homophily"] = by_homophily(node_homophily(links, truth))
    if train is not None:
        found["distance"] = by_distance(distance_to(links, train))
    return found


def class_groups(names: Sequence[str], truth: np.ndarray, answer: np.ndarray) -> dict[str, Grouped]:
    """The groups of rows by true class, and by what the student answers."""
    return {"class": by_name(truth, names, "class is"), "answer": by_name(answer, names, "student answers")}


def _groups(
    truth: np.ndarray, answers: Mapping[str, np.ndarray], names: Sequence[Any], kept: np.ndarray, given: dict[str, Any]
) -> dict[str, Grouped]:
    student = answers.get("student", next(iter(answers.values())))
    times = student.shape[0]
    found = class_groups([*map(str, names)], np.tile(truth[kept], times), student[:, kept].ravel())
    links = given.get("links")
    if links is None and given["edge_index"] is not None:
        links = _adjacency(np.asarray(given["edge_index"]), truth.size)
    if links is None and given["hyperedge_index"] is not None:
        links = _incidence(np.asarray(given["hyperedge_index"]), truth.size)
    train = None if given["train"] is None else _positions(given["train"], truth.size)
    if links is not None:
        kinds = kinds_of_nodes(links, np.diff(links.indptr), truth, train)
        found |= {name: Grouped(np.tile(each.group[kept], times), each.texts) for name, each in kinds.items()}
    if given["code"] is not None:
        code = np.asarray(given["code"]).astype(np.int64)
        texts = tuple(map(str, range(int(code.max(initial=-1)) + 1)))
        found["code"] = by_name(np.tile(code[kept], times), texts, "code is")
    return found


def _of_estimator(
    estimator: Any, labels: Any, features: Any, nodes: Any, against: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], Any]:
    """Answers by model, what is known of the graph, and the nodes to look at."""
    if labels is None or features is None:
        raise DataError(
            "disagreement: expected the labels of all nodes and the features that fit was given, as in "
            "disagreement(model, labels, features=X)"
        )
    graph = getattr(estimator, "graph_", None)
    if graph is None or not hasattr(estimator, "classes_"):
        raise DataError(
            "disagreement: expected a classifier that was fitted in this process; one that was loaded has no teacher"
        )
    answers = {"student": estimator.predict(features)}
    rows = len(answers["student"])
    if graph.num_nodes != rows:
        raise DataError(
            f"features: expected the {graph.num_nodes} rows that fit was given, got {rows}; of samples without edges "
            "those that are alike are one node: hand over answers as arrays"
        )
    knowledge = estimator.knowledge_
    if knowledge is not None and "logits" in knowledge.values:
        answers["teacher"] = _placed(knowledge["logits"].argmax(-1).numpy(), knowledge.node_ids.numpy(), rows)
        answers["teacher"] = np.asarray(estimator.classes_)[answers["teacher"]]
    answers |= {name: m.predict(features) if hasattr(m, "predict") else np.asarray(m) for name, m in against.items()}
    given = graph.labels.numpy() >= 0
    more: dict[str, Any] = {
        "classes": list(estimator.classes_),
        "links": links_of(graph),
        "train": np.flatnonzero(given),
        "ids": [str(one) for one in features.index] if hasattr(features, "iloc") else None,
    }
    if knowledge is not None and "code_probabilities" in knowledge.values:
        likeliest = knowledge["code_probabilities"].argmax(-1, keepdim=True)
        code = knowledge["code_indices"].gather(-1, likeliest)[:, 0]
        more["code"] = _placed(code.numpy(), knowledge.node_ids.numpy(), rows)
    return answers, more, ~given if nodes is None else nodes


def _codes(values: Any, names: Sequence[Any] | None) -> tuple[list[Any], np.ndarray]:
    """Classes in order, and the position of each value among them; -1 for gaps."""
    array = np.asarray(values)
    flat = array.ravel()
    gap = np.array([one is None or one != one for one in flat.tolist()])  # which NaN is
    if flat.dtype.kind in "iu" or (flat.dtype.kind == "f" and not gap.all()):
        gap |= np.where(gap, 0, flat) == -1
    known = flat[~gap]
    order = list(names) if names is not None else sorted(dict.fromkeys(known.tolist()))
    place = {_plain(name): k for k, name in enumerate(order)}
    found = np.full(flat.size, -1, dtype=np.int64)
    try:
        found[~gap] = [place[_plain(one)] for one in known.tolist()]
    except KeyError as error:
        near = nearest(str(error.args[0]), [*map(str, order)])
        raise DataError(f"classes: expected one of {', '.join(map(str, order))}, got {error.args[0]!r}{near}") from None
    return order, found.reshape(array.shape)


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _kept(truth: np.ndarray, nodes: Any) -> np.ndarray:
    if truth.ndim != 1:
        raise DataError(f"labels: expected a class for each node, got the shape {truth.shape}")
    asked = np.zeros(truth.size, dtype=bool)
    asked[slice(None) if nodes is None else _positions(nodes, truth.size)] = True
    found = np.flatnonzero(asked & (truth >= 0))
    if not found.size:
        raise DataError(
            "labels: expected a known class of at least one node that is to be looked at, got none; of an estimator "
            "those nodes count whose labels fit was not given"
        )
    return found


def _positions(nodes: Any, size: int) -> np.ndarray:
    found = np.asarray(nodes)
    found = np.flatnonzero(found) if found.dtype == bool else found.astype(np.int64)
    if found.size and not 0 <= found.min() <= found.max() < size:
        raise DataError(f"nodes: expected positions 0 .. {size - 1}, got {found.min()} .. {found.max()}")
    return found


def _described(features: Any, names: Sequence[str] | None, kept: np.ndarray) -> Described:
    if features is None:
        return Described(nothing(kept.size), [])
    if isinstance(features, CSR):
        features = features.to_scipy()
    if hasattr(features, "detach"):
        features = features.detach().cpu().numpy()
    if sp.issparse(features) or isinstance(features, np.ndarray | list):
        rows = features if sp.issparse(features) else np.asarray(features)
        return describe_features(rows[kept], names)
    return describe_table(features, kept)


def _placed(values: np.ndarray, ids: np.ndarray, size: int) -> np.ndarray:
    found = np.full(size, -1, dtype=np.int64)
    found[ids] = values
    return found


def _adjacency(edges: np.ndarray, size: int) -> sp.csr_matrix:
    _check_links(edges, size, "edge_index")
    source, target = edges[:, edges[0] != edges[1]]
    both = np.concatenate([source, target]), np.concatenate([target, source])
    found = sp.csr_matrix((np.ones(both[0].size), both), shape=(size, size))
    found.sum_duplicates()
    return found


def _incidence(pairs: np.ndarray, size: int) -> sp.csr_matrix:
    _check_links(pairs[:1].repeat(2, axis=0), size, "hyperedge_index")
    width = int(pairs[1].max(initial=-1)) + 1
    # One column more, so that it is no square that would be taken for edges.
    found = sp.csr_matrix((np.ones(pairs.shape[1]), (pairs[0], pairs[1])), shape=(size, width + (width == size)))
    found.sum_duplicates()
    return found


def _check_links(pairs: np.ndarray, size: int, name: str) -> None:
    if pairs.ndim != 2 or pairs.shape[0] != 2 or (pairs.size and not 0 <= pairs.min() <= pairs.max() < size):
        raise DataError(f"{name}: expected the shape (2, links) with nodes 0 .. {size - 1}, got {pairs.shape}")
