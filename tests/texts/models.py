"""Small models of the kinds that encoders read, with random weights."""

from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import Tensor

from tests.helpers import COMMON, TOPICS

WORDS = sorted({*COMMON.split(), *" ".join(TOPICS).split()})


def random_weights(
    layers: int = 2, width: int = 8, words: int = 20, places: int = 16, seed: int = 0
) -> dict[str, Tensor]:
    """Weights of a small model, normal with standard deviation 0.2."""
    random = torch.Generator().manual_seed(seed)

    def drawn(*shape: int) -> Tensor:
        return 0.2 * torch.randn(*shape, generator=random)

    made = {
        "embeddings.word_embeddings.weight": drawn(words, width),
        "embeddings.position_embeddings.weight": drawn(places, width),
        "embeddings.token_type_embeddings.weight": drawn(2, width),
        "embeddings.LayerNorm.weight": 1 + drawn(width),
        "embeddings.LayerNorm.bias": drawn(width),
    }
    for layer in range(layers):
        at = f"encoder.layer.{layer}"
        dense = {f"attention.self.{part}": (width, width) for part in ("query", "key", "value")}
        dense |= {"attention.output.dense": (width, width), "intermediate.dense": (4 * width, width)}
        dense["output.dense"] = (width, 4 * width)
        for name, (rows, columns) in dense.items():
            made[f"{at}.{name}.weight"], made[f"{at}.{name}.bias"] = drawn(rows, columns), drawn(rows)
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            made[f"{at}.{name}.weight"], made[f"{at}.{name}.bias"] = 1 + drawn(width), drawn(width)
    return made


def tokenizer(special: bool = True) -> str:
    """A tokenizer of words: [PAD] 0, [UNK] 1, [CLS] 2, [SEP] 3, then those of `WORDS`; its JSON."""
    tokenizers = pytest.importorskip("tokenizers")
    from tokenizers import models, normalizers, pre_tokenizers, processors

    words = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS])}
    made = tokenizers.Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizers.Lowercase(), pre_tokenizers.Whitespace()
    if special:
        made.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        )
    return str(made.to_str())


def model2vec_folder(folder: Path, **more: Tensor) -> str:
    """A folder as Model2Vec writes it: vectors of three numbers for each word of `tokenizer`."""
    folder.mkdir(exist_ok=True)
    vectors = torch.randn(4 + len(WORDS), 3, generator=torch.Generator().manual_seed(0))
    safetensors.torch.save_file({"embeddings": vectors, **more}, folder / "model.safetensors")
    (folder / "tokenizer.json").write_text(tokenizer(special=False))
    (folder / "config.json").write_text('{"normalize": true}')
    return str(folder)


def onnx_folder(folder: Path, pooled: bool = False, masked: bool = True, ranged: bool = False) -> str:
    """A folder with a model that looks up four numbers for each token, or has their mean over all places.

    `masked`: it is given which tokens are there; `ranged`: numbers have 8 bits, of the range that a batch has.
    """
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    folder.mkdir(exist_ok=True)
    info, kinds = onnx.helper.make_tensor_value_info, onnx.TensorProto
    vectors = torch.randn(4 + len(WORDS), 4, generator=torch.Generator().manual_seed(1)).numpy()
    nodes = [onnx.helper.make_node("Gather", ["vectors", "input_ids"], ["tokens"])]
    if pooled:
        nodes.append(onnx.helper.make_node("ReduceMean", ["tokens", "axes"], ["rows"], keepdims=0))
    if ranged:
        assert not pooled, "it gives tokens"
        nodes[0] = onnx.helper.make_node("Gather", ["vectors", "input_ids"], ["exact"])
        nodes.append(onnx.helper.make_node("DynamicQuantizeLinear", ["exact"], ["bytes", "scale", "zero"]))
        nodes.append(onnx.helper.make_node("DequantizeLinear", ["bytes", "scale", "zero"], ["tokens"]))
    constants = [onnx.numpy_helper.from_array(vectors, "vectors")]
    constants += [onnx.numpy_helper.from_array(np.array([1]), "axes")] if pooled else []
    reads = [info(name, kinds.INT64, ["texts", "length"]) for name in ("input_ids", "attention_mask")[: 1 + masked]]
    gives = [info("rows" if pooled else "tokens", kinds.FLOAT, None)]
    graph = onnx.helper.make_graph(nodes, "model", reads, gives, constants)
    onnx.save(
        onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=9),
        folder / "model.onnx",
    )
    (folder / "tokenizer.json").write_text(tokenizer())
    return str(folder)
