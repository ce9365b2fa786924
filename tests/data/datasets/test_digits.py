import numpy as np
from sklearn.datasets import load_digits

from gnn2mlp.data.datasets import load_dataset
from gnn2mlp.data.datasets.digits import _nearest


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


def test_ties_are_broken_by_order_so_that_threads_do_not_matter():
    square = np.array([[0.0, 0.0], [0.0, 2.0], [2.0, 0.0], [2.0, 2.0]])  # each corner has two others at distance 2
    np.testing.assert_array_equal(_nearest(square, 1), [[0, 1, 2, 3], [1, 0, 0, 1]])
    np.testing.assert_array_equal(_nearest(square, 2)[1].reshape(4, 2), [[1, 2], [0, 3], [0, 3], [1, 2]])


def test_the_graph_is_the_published_one():
    assert load_dataset("digits").digest == "d5cbd9696b5c89af"
