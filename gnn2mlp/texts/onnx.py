"""Texts as a model in ONNX reads them."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.texts._base import TextEncoder
from gnn2mlp.texts._packages import checksum_of, model_file, needed
from gnn2mlp.texts._tokens import Tokens, batches, numbers_of, read_tokenizer

_FILES = ("model.onnx", "tokenizer.json")
_READ = ("input_ids", "attention_mask", "token_type_ids")
# How names of operators begin that quantise by the range of what they are given.
_DYNAMIC = b"DynamicQuantize"


class Onnx(TextEncoder):
    """A folder with `model.onnx` and `tokenizer.json`: the mean of all tokens, unit length.

    As on the Hugging Face Hub and from exporters the model may lie in the folder `onnx` in it.

    The model reads `input_ids`, and `attention_mask` and `token_type_ids` where it has them. Its first output is a
    vector for each token (texts, tokens, width), or one for each text (texts, width), of which no mean is taken.
    Models of 8 bits are as good as any. Texts are read one by one where a model takes no mask, or scales its
    activations by their range (dynamic quantisation): there a row would depend on the texts beside it. Needs the
    extras: `pip install 'gnn2mlp[tokenizers,onnx]'`.

    Args:
        folder: where the two files are.
        max_tokens: of a text, special ones included; what comes later is not read.
    """

    name = "onnx"
    citation = "Reimers and Gurevych, Sentence-BERT, EMNLP 2019"
    costly = True

    def __init__(self, folder: str, max_tokens: int = 256):
        check_at_least("text encoder", 2, max_tokens=max_tokens)
        self.folder = folder
        self.max_tokens = max_tokens

    def _files(self) -> list[Path]:
        model, tokens = _FILES
        inside = f"onnx/{model}"
        there = (user_path(self.folder, "folder") / inside).is_file()
        return [model_file(self.folder, file, self.name) for file in (inside if there else model, tokens)]

    def checksum(self) -> str:
        """SHA-256 of the two files."""
        return checksum_of(*self._files())

    def _encode(self, texts: list[str]) -> Tensor:
        model = _loaded(tuple(self._files()), self.checksum())
        numbers = numbers_of(model.tokenizer, texts or [""], self.max_tokens)
        together = batches(numbers, 1) if model.alone else batches(numbers)
        parts = [(batch.rows, model.answer(batch)) for batch in together]
        made = torch.cat([rows for _, rows in parts])
        order = torch.cat([rows for rows, _ in parts]).argsort()
        return F.normalize(made[order])[: len(texts)]


class _Model(NamedTuple):
    """`alone`: whether a text has to be read by itself."""

    tokenizer: Any
    session: Any
    reads: tuple[str, ...]
    alone: bool

    def answer(self, batch: Tokens) -> Tensor:
        """A row (texts, width) for each text of a batch."""
        mask = batch.mask.long()
        given = {"input_ids": batch.ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(mask)}
        first = self.session.run(None, {name: given[name].numpy() for name in self.reads})[0]
        rows = torch.from_numpy(first).float()
        return rows if rows.dim() == 2 else batch.mean(rows)


@cache
def _loaded(files: tuple[Path, ...], checksum: str) -> _Model:
    runtime = needed("onnxruntime", "onnx", Onnx.name)
    session = runtime.InferenceSession(files[0], providers=["CPUExecutionProvider"])
    reads = tuple(value.name for value in session.get_inputs())
    if "input_ids" not in reads or set(reads) - set(_READ):
        raise ConfigError(f"text encoder 'onnx': expected a model of {', '.join(_READ)}, got one of {', '.join(reads)}")
    alone = "attention_mask" not in reads or _DYNAMIC in files[0].read_bytes()
    tokenizer = read_tokenizer(files[1].read_text(encoding="utf-8"), "tokenizers", Onnx.name)
    return _Model(tokenizer, session, reads, alone)
