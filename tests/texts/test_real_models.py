"""Encoders read models as their own packages write and answer them: small ones with random weights, no download."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.texts import Model2Vec, Onnx, SentenceTransformers
from tests.texts.models import WORDS, tokenizer

TEXTS = ["Matrix tensor", "", "unheard layer", " ".join(WORDS * 9)]
PLACES = 48


def bert() -> nn.Module:
    """A BERT of two layers."""
    transformers = pytest.importorskip("transformers")
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = transformers.BertConfig(vocab_size=4 + len(WORDS), max_position_embeddings=PLACES, **sizes)
        made: nn.Module = transformers.BertModel(config).eval()
    return made


def sentences(folder: Path) -> str:
    """The same as a model of sentence-transformers."""
    package = pytest.importorskip("sentence_transformers")
    from sentence_transformers import models
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    made = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(tokenizer()), **special)
    bert().save_pretrained(folder / "bert")  # type: ignore[operator]
    made.save_pretrained(folder / "bert")
    parts = [models.Transformer(str(folder / "bert"), max_seq_length=PLACES), models.Pooling(16), models.Normalize()]
    package.SentenceTransformer(modules=parts, device="cpu").save(str(folder / "model"))
    return str(folder / "model")


@pytest.mark.filterwarnings("ignore")
def test_sentence_transformers_answers_as_the_package_does(tmp_path: Path) -> None:
    package = pytest.importorskip("sentence_transformers")
    encoder = SentenceTransformers(folder := sentences(tmp_path))
    rows = encoder.encode(TEXTS)
    assert isinstance(rows, Tensor)
    theirs = package.SentenceTransformer(folder, device="cpu").encode(TEXTS)
    np.testing.assert_allclose(rows.numpy(), theirs, atol=1e-6)
    assert len(encoder.checksum()) >= 16


@pytest.mark.filterwarnings("ignore")
def test_an_export_to_onnx_answers_as_the_model_does(tmp_path: Path) -> None:
    package = pytest.importorskip("sentence_transformers")
    pytest.importorskip("onnxruntime")
    theirs = package.SentenceTransformer(sentences(tmp_path), device="cpu").encode(TEXTS)

    class Tokens(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = bert()

        def forward(self, ids: Tensor, mask: Tensor, kinds: Tensor) -> Tensor:
            found: Tensor = self.model(input_ids=ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state
            return found

    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "texts", 1: "tokens"} for name in [*names, "tokens"]}
    example = tuple(torch.ones(2, 5, dtype=torch.int64) for _ in names)
    folder = tmp_path / "exported"
    folder.mkdir()
    torch.onnx.export(
        Tokens(), example, str(folder / "model.onnx"), input_names=names, output_names=["tokens"], dynamic_axes=axes,
        dynamo=False,
    )  # fmt: skip
    (folder / "tokenizer.json").write_text(tokenizer())
    rows = Onnx(str(folder), max_tokens=PLACES).encode(TEXTS)
    assert isinstance(rows, Tensor)
    np.testing.assert_allclose(rows.numpy(), theirs, atol=1e-5)


@pytest.mark.parametrize("unit", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_model2vec_answers_as_the_package_does(tmp_path: Path, unit: bool, weighted: bool) -> None:
    package = pytest.importorskip("model2vec")
    from tokenizers import Tokenizer

    random = np.random.default_rng(0)
    count = 4 + len(WORDS)
    more = {"weights": random.random(count).astype(np.float32)} if weighted else {}
    model = package.StaticModel(
        random.normal(size=(count, 6)).astype(np.float32),
        Tokenizer.from_str(tokenizer(special=False)),
        config={"normalize": unit},
        normalize=unit,
        **more,
    )
    model.save_pretrained(str(tmp_path / "model"))
    rows = Model2Vec(str(tmp_path / "model")).encode(TEXTS)
    theirs = package.StaticModel.from_pretrained(str(tmp_path / "model")).encode(TEXTS)
    assert isinstance(rows, Tensor)
    np.testing.assert_allclose(rows.numpy(), theirs, atol=1e-6)
