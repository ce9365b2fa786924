from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.texts import Onnx
from tests.texts.models import WORDS, onnx_folder

pytest.importorskip("tokenizers")
VECTORS = torch.randn(4 + len(WORDS), 4, generator=torch.Generator().manual_seed(1))
A = 4 + WORDS.index("matrix")


@pytest.mark.parametrize("pooled", [False, True])
def test_rows_are_means_of_tokens_by_hand(tmp_path: Path, pooled: bool) -> None:
    encoder = Onnx(onnx_folder(tmp_path, pooled))
    expected = F.normalize(torch.stack([VECTORS[[2, A, 3]].mean(0), VECTORS[[2, 3]].mean(0)]))
    for texts in (["matrix", ""], ["matrix"], [""]):
        rows = torch.cat([encoder.encode([text]) for text in texts])
        torch.testing.assert_close(rows, expected[: len(texts)] if texts[0] else expected[1:])
    assert encoder.encode([]).shape == (0, 4)


def test_the_model_may_lie_in_a_folder_of_its_own(tmp_path: Path) -> None:
    folder = onnx_folder(tmp_path)
    before = Onnx(folder).encode(["matrix"])
    (tmp_path / "onnx").mkdir()
    (tmp_path / "model.onnx").rename(tmp_path / "onnx" / "model.onnx")
    assert torch.equal(Onnx(folder).encode(["matrix"]), before)


def test_padding_does_not_count_where_tokens_are_given(tmp_path: Path) -> None:
    encoder = Onnx(onnx_folder(tmp_path))
    torch.testing.assert_close(encoder.encode(["matrix", "matrix tensor layer"])[0], encoder.encode(["matrix"])[0])


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="text encoder 'onnx': expected a folder with model.onnx, found none at"):
        Onnx(str(tmp_path)).encode(["a"])


@pytest.mark.parametrize("model", [{"masked": False, "pooled": True}, {"ranged": True}], ids=str)
def test_a_row_never_depends_on_the_texts_beside_it(tmp_path: Path, model: dict[str, bool]) -> None:
    encoder, texts = Onnx(onnx_folder(tmp_path, **model)), ["matrix", "matrix tensor layer", ""]
    alone = torch.cat([encoder.encode([text]) for text in texts])
    assert torch.equal(encoder.encode(texts), alone)
