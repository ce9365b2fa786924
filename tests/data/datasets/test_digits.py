import numpy as np
from sklearn.datasets import load_digits

from gnn2mlp.data.datasets import load_dataset


def test_pixels_are_scaled_and_in_order() -> None:
    graph = load_dataset("digits")
    images = load_digits()
    assert np.array_equal(graph.features.numpy() * 16, images.data)
    assert graph.labels.tolist() == images.target.tolist()


def test_every_node_is_linked_to_its_ten_nearest() -> None:
    graph = load_dataset("digits")
    assert int(graph.adjacency.indptr.diff().min()) == 10
    pixels = load_digits().data
    distance = ((pixels[0] - pixels) ** 2).sum(1)
    distance[0] = np.inf
    tenth = np.sort(distance)[9]
    nearer = np.flatnonzero(distance < tenth)  # those at the very distance may be tied
    assert set(nearer.tolist()) <= set(graph.edge_index[1][graph.edge_index[0] == 0].tolist())


def test_no_data_root_is_needed_nor_read(tmp_path: object) -> None:
    assert load_dataset("digits", str(tmp_path)).digest == load_dataset("digits").digest
