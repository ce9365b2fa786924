from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.texts import Model2Vec
from tests.texts.models import WORDS, model2vec_folder

pytest.importorskip("tokenizers")
VECTORS = torch.randn(4 + len(WORDS), 3, generator=torch.Generator().manual_seed(0))
A, B = 4 + WORDS.index("matrix"), 4 + WORDS.index("tensor")


def test_rows_are_means_of_known_tokens_by_hand(tmp_path: Path) -> None:
    rows = Model2Vec(model2vec_folder(tmp_path)).encode(["matrix tensor", "unheard matrix", "unheard"])
    torch.testing.assert_close(rows[:2], F.normalize(torch.stack([VECTORS[[A, B]].mean(0), VECTORS[A]])))
    assert rows[2].tolist() == [0.0] * 3


def test_weights_and_places_of_tokens_count(tmp_path: Path) -> None:
    weight = torch.arange(4.0 + len(WORDS))
    places = torch.arange(4 + len(WORDS)).flip(0)
    folder = model2vec_folder(tmp_path, weights=weight, mapping=places)
    (tmp_path / "config.json").write_text('{"normalize": false}')
    expected = (VECTORS[places[A]] * A + VECTORS[places[B]] * B) / 2
    torch.testing.assert_close(Model2Vec(folder).encode(["matrix tensor"])[0], expected)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="text encoder 'model2vec': expected a folder with model.safetensors, found"):
        Model2Vec(str(tmp_path)).encode(["a"])
