import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gnn2mlp import NodeClassifier, NodeRegressor, Predictor
from gnn2mlp.core.errors import ConfigError, MissingKnowledgeError
from tests.estimators.conftest import Tiny

VQ = {"name": "vq", "codes": 6, "encoder": {"name": "sage", "hidden": 16, "epochs": 10}}
QUICK: dict[str, Any] = {"teacher": VQ, "method": "vqgraph", "distill": {"epochs": 30}, "device": "cpu"}

Pages = tuple[pd.DataFrame, list[str], pd.DataFrame]


@pytest.fixture(scope="module")
def table(tiny: Tiny) -> Pages:
    """Pages with ids, words and likes; kinds of all of them; links."""
    ids = [f"p{number}" for number in range(len(tiny.X))]
    text = [" ".join(f"w{word}" for word in np.flatnonzero(row > 0)) for row in tiny.X]
    pages = pd.DataFrame({"page": ids, "text": text, "likes": 10.0 + tiny.truth})
    links = pd.DataFrame({"source": [ids[a] for a in tiny.edges[0]], "target": [ids[a] for a in tiny.edges[1]]})
    return pages, np.array(["a", "b", "c"])[tiny.truth].tolist(), links


@pytest.fixture(scope="module")
def model(table: Pages) -> NodeClassifier:
    """Fitted on them; not to be changed."""
    pages, kinds, links = table
    return NodeClassifier(**QUICK, id_column="page").fit(pages, kinds, edges=links)


def test_five_calls_lead_from_own_rows_to_what_a_code_is(model: NodeClassifier) -> None:
    book = model.codebook()
    largest = int(book.table()["nodes"].idxmax())
    said = book.describe(largest, noun="pages")
    assert "words: " in said
    assert "w" in said
    assert "pages: p" in said
    assert book.members(largest).index[0].startswith("p")


def test_new_rows_are_read_as_tables(model: NodeClassifier, table: Pages) -> None:
    found = model.codebook().of(table[0].head(4))
    assert len(found) == 4
    assert found["code"].between(0, 5).all()


def test_a_loaded_model_knows_its_codes_and_needs_rows(model: NodeClassifier, table: Pages, tmp_path: Path) -> None:
    pages, kinds, links = table
    model.save(tmp_path / "model")
    Predictor.load(tmp_path / "model")  # which reads the directory as ever
    expected = model.codebook().of(pages)
    for again in (NodeClassifier.load(tmp_path / "model"), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        with pytest.raises(ConfigError, match=r"codebook\(X, y, edges=edges\)"):
            again.codebook()
        book = again.codebook(pages, kinds, edges=links)
        np.testing.assert_array_equal(book.code, expected["code"])
        assert "agreement" not in book.table()  # the codes are the student's own
        assert "pages: p" in book.describe(int(book.table()["nodes"].idxmax()), noun="pages")
        assert len(book.neighbourhoods(int(book.code[0]))) > 1
        np.testing.assert_allclose(book.of(pages)["distance"], expected["distance"])


def test_codes_are_saved_on_from_a_loaded_model(model: NodeClassifier, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    NodeClassifier.load(tmp_path / "model").save(tmp_path / "again")
    assert (tmp_path / "again" / "codes.safetensors").read_bytes() == (
        tmp_path / "model" / "codes.safetensors"
    ).read_bytes()


def test_a_teacher_without_codes_says_so_before_and_after_saving(fitted: NodeClassifier, tmp_path: Path) -> None:
    fitted.save(tmp_path / "model")
    assert not (tmp_path / "model" / "codes.safetensors").exists()
    for model in (fitted, NodeClassifier.load(tmp_path / "model")):
        with pytest.raises(MissingKnowledgeError, match="teacher with codes"):
            model.codebook()


def test_arrays_have_row_numbers_for_names(tiny: Tiny) -> None:
    model = NodeClassifier(**QUICK).fit(tiny.X, tiny.y, edge_index=tiny.edges)
    book = model.codebook()
    assert book.names.tolist() == list(range(len(tiny.X)))
    again = model.codebook(tiny.X[:50], tiny.truth[:50])
    assert again.labels.tolist() == tiny.truth[:50].tolist()


def test_samples_that_are_one_node_have_the_name_of_one_of_them(tiny: Tiny) -> None:
    twice = pd.DataFrame(np.concatenate([tiny.X, tiny.X]), index=[f"s{row}" for row in range(2 * len(tiny.X))])
    twice.columns = [f"x{column}" for column in twice.columns]
    book = NodeClassifier(**QUICK).fit(twice, np.concatenate([tiny.truth, tiny.truth])).codebook()
    assert book.num_nodes <= len(tiny.X)
    assert set(book.names.tolist()) <= set(twice.index)


def test_a_regressor_has_codes_without_classes(tiny: Tiny) -> None:
    book = NodeRegressor(**QUICK).fit(tiny.X, tiny.truth.astype(float), edge_index=tiny.edges).codebook()
    assert "class" not in book.table()
    assert "agreement" in book.table()
