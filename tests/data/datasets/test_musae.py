import json
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets import load_dataset
from gnn2mlp.data.datasets.musae import FacebookPages, GithubDevelopers, TwitchPt
from gnn2mlp.explore.homophily import homophily
from tests.data.datasets.test_gnn_benchmark import parts


def write_text(root: Path, raw: str, target: str) -> Path:
    folder = root / "musae" / "raw"
    folder.mkdir(parents=True)
    (folder / f"{raw}_edges.csv").write_text("from,to\n0,1\n2,1\n2,2\n")
    (folder / f"{raw}.json").write_text(json.dumps({"2": [5, 0, 5], "0": [1], "1": []}))
    (folder / f"{raw}_target.csv").write_text(target, encoding="utf-8")
    return root


def write_npz(root: Path, file: str, width: int, y: list[int], **more: np.ndarray) -> Path:
    (root / "musae").mkdir(parents=True)
    words = np.zeros((3, width), dtype=np.uint8)
    words[0, 1] = words[2, 0] = words[2, 5] = 1
    edges = np.array([[0, 2, 2], [1, 1, 2]], dtype=np.int32)
    arrays = {**parts("x", sp.csr_matrix(words)), "edge_index": edges, "y": np.array(y), **more}
    np.savez(root / "musae" / f"{file}.npz", **arrays)
    return root


@pytest.mark.parametrize(
    ("dataset", "target", "labels", "names"),
    [
        (FacebookPages, "id,page_type,name\n1,show,é\n0,company,b\n2,show,c\n", [0, 1, 1], ["company", "show"]),
        (GithubDevelopers, "id,name,ml_target\n0,a,0\n1,b,1\n2,c,1\n", [0, 1, 1], ["web", "ml"]),
        (TwitchPt, "id,mature,new_id\n9,True,2\n8,False,0\n7,True,1\n", [0, 1, 1], None),
    ],
)  # fmt: skip
def test_text_files_and_their_npz_give_the_same_graph(
    tmp_path: Path, dataset: type[TwitchPt], target: str, labels: list[int], names: list[str] | None
) -> None:
    text = load_dataset(dataset.name, write_text(tmp_path / "text", dataset.raw, target))
    more = {} if names is None else {"class_names": np.array(names)}
    npz = load_dataset(dataset.name, write_npz(tmp_path / "npz", dataset.file, dataset.width, labels, **more))
    assert text.digest == npz.digest
    assert text.features.shape == (3, dataset.width)
    assert text.features.to_dense().nonzero().tolist() == [[0, 1], [2, 0], [2, 5]]
    assert text.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]  # type: ignore[attr-defined]
    assert text.class_names == tuple(names or ("0", "1"))


@pytest.mark.parametrize("target", ["id,days\n1,2\n", "id,mature,new_id\n9,True,5\n"])
def test_damaged_files_are_a_data_error(tmp_path: Path, target: str) -> None:
    with pytest.raises(DataError, match="twitch-pt: expected MUSAE's files in"):
        load_dataset("twitch-pt", write_text(tmp_path, "PTBR", target))


@pytest.mark.parametrize(
    ("name", "share"), [("facebook-pages", 0.89), ("github-developers", 0.85), ("twitch-de", 0.63), ("twitch-tw", 0.53)]
)
def test_homophily_is_that_of_the_literature(data_root: Path, name: str, share: float) -> None:
    graph = load_dataset(name, data_root)
    assert homophily(graph.edge_index.numpy(), graph.labels.numpy()).edge == pytest.approx(share, abs=0.006)  # type: ignore[attr-defined]
