from pathlib import Path

import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets import load_dataset


def write(root: Path, place: str, labels: str, edges: str) -> Path:
    raw = root / "Airports" / place / "raw"
    raw.mkdir(parents=True)
    (raw / f"labels-{place}-airports.txt").write_text(labels)
    (raw / f"{place}-airports.edgelist").write_text(edges)
    return root


@pytest.mark.parametrize("place", ["brazil", "europe", "usa"])
def test_airports_are_numbered_in_the_order_of_their_labels(tmp_path: Path, place: str) -> None:
    root = write(tmp_path, place, "node label\n70 1\n30 0\n50 1\n", "70 30\n30 70\n50 50\n50 30\n")
    graph = load_dataset(f"airports-{place}", root)
    assert graph.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]  # type: ignore[attr-defined]
    assert graph.labels.tolist() == [1, 0, 1]
    assert graph.features.to_dense().tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    ("labels", "edges", "match"),
    [
        ("node label\n70 1\n", "70 30\n", "expected a label of every airport with a flight, got none of 30"),
        ("node label\n70 1 2\n", "70 70\n", "expected two numbers in each line of .*, got 3"),
        ("node label\n70 one\n", "70 70\n", "expected two numbers in each line"),
    ],
)
def test_damaged_files_are_a_data_error(tmp_path: Path, labels: str, edges: str, match: str) -> None:
    with pytest.raises(DataError, match=match):
        load_dataset("airports-usa", write(tmp_path, "usa", labels, edges))
