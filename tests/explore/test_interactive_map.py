import importlib

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore import MapCodes, Named, interactive_map
from gnn2mlp.explore.interactive_map import MOST_BYTES, neighbour_colours
from gnn2mlp.explore.map_packing import unpack
from tests.explore.maps import NODES, small_map

# The package's name for it is the function.
module = importlib.import_module("gnn2mlp.explore.interactive_map")


def test_the_page_holds_what_was_given() -> None:
    header, arrays = unpack(small_map().packed)
    assert header["title"] == "Cats & dogs"
    assert header["total"] == NODES == len(header["ids"])
    # By code, then from left to right.
    rows = [int(text.split()[1]) for text in header["ids"]]
    np.testing.assert_array_equal(arrays["code"], np.where(np.array(rows) < NODES // 2, 1, 3))
    np.testing.assert_array_equal(arrays["c0"], np.array(rows) % 4)
    np.testing.assert_allclose(arrays["c2"], np.linspace(0, 1, NODES)[rows], rtol=1e-4)
    assert header["codes"]["nodes"] == [20, 0, 20]
    assert header["codes"]["texts"] == {"2": "pages about <owls>"}
    assert arrays["degree"].sum() == 2 * (NODES - 1)
    assert arrays["features"].sum() == len(arrays["feature"])


def test_both_axes_have_one_scale() -> None:
    points = np.stack([np.linspace(0, 4, 50), np.linspace(0, 1, 50)], axis=1)
    arrays = unpack(interactive_map(points).packed)[1]
    assert np.ptp(arrays["x"]) == 65535
    assert np.ptp(arrays["y"]) == pytest.approx(65535 / 4, abs=1)


def test_more_nodes_than_are_shown_are_a_sample_and_the_page_says_so() -> None:
    found = small_map(400, most=100)
    assert found.nodes == 100
    assert found.notes[1].startswith("A sample of 100 of 400 nodes is shown")
    header, arrays = unpack(found.packed)
    assert header["codes"]["nodes"] == [200, 0, 200]  # of all nodes
    assert len(arrays["x"]) == 100
    np.testing.assert_array_equal(found.rows, small_map(400, most=100).rows)
    assert set(found.rows) != set(small_map(400, most=100, seed=5).rows)


def test_outliers_are_at_the_rim_and_the_page_says_so() -> None:
    points = np.random.default_rng(0).uniform(size=(500, 2))
    points[3] = [1e5, 0]
    assert interactive_map(points).notes == ("One node lies farther out and is drawn at the rim.",)


def test_what_would_be_too_large_holds_less(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = len(small_map(400).html())
    monkeypatch.setattr(module, "MOST_BYTES", whole - 500)
    found = small_map(400)
    assert len(found.html()) < whole
    assert unpack(found.packed)[1].keys() >= {"x", "y", "code"}
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    with pytest.raises(DataError, match=r"needs more than 0 MB with a tenth of its nodes"):
        small_map(400)


def test_fifty_thousand_nodes_stay_below_the_limit() -> None:
    random = np.random.default_rng(0)
    nodes = 50_000
    columns = {
        "class": Named(random.integers(0, 40, nodes), tuple(f"a class with a longer name, {k}" for k in range(40))),
        **{f"score {k}": random.random(nodes) for k in range(6)},
    }
    edges = random.integers(0, nodes, (2, 600_000))
    code = MapCodes(random.integers(0, 128, nodes), random.normal(size=(128, 2)))
    found = interactive_map(
        random.normal(size=(nodes, 2)), columns, codes=code, edges=edges, ids=[f"id-{i:07d}" for i in range(nodes)]
    )
    assert found.nodes == nodes
    assert len(found.html().encode()) < MOST_BYTES


def test_few_colours_part_neighbours() -> None:
    x = np.arange(30.0)
    found = neighbour_colours(np.stack([x, 0 * x], axis=1), np.arange(30), colours=3)
    assert (found[1:] != found[:-1]).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"ids": [1, 2]}, "column 'ids': expected one value for each of 40 nodes"),
        ({"codes": MapCodes(np.zeros(40, dtype=int), np.zeros((0, 2)))}, "a place for each code"),
        ({"codes": MapCodes(np.zeros(40), np.zeros((1, 2)), {}, np.zeros(3))}, "as typical"),
        ({"features": np.zeros((3, 5))}, "expected a row for each of 40 nodes"),
        ({"edges": np.array([[0], [40]])}, "with ends in 0..39"),
    ],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        small_map(**wrong)


@pytest.mark.parametrize("points", [[[0.0, np.nan]], [0.0, 1.0], np.zeros((3, 3))])
def test_points_lie_in_a_plane(points: object) -> None:
    with pytest.raises(DataError, match=r"points: expected finite numbers of the shape \(nodes, 2\)"):
        interactive_map(points)
