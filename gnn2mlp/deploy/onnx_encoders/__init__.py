"""Encoders of columns as nodes of an ONNX model: one file for each family, in which all its columns go together.

A node costs about a microsecond, whatever it does with a single row. So numbers of all columns go through the same
nodes side by side, and so do all categories. An encoder that is in no file here goes through skl2onnx by its
`transformer()`. Where both could be, the nodes are written here if skl2onnx's are wrong or slower; each file says why.
"""

from gnn2mlp.deploy.onnx_encoders import bags, categories, numbers, others, texts, vectors
from gnn2mlp.deploy.onnx_encoders._base import Block, Converter, Given

__all__ = ["CONVERTERS", "Block", "Converter", "Given", "converter"]

# By the name of the encoder.
CONVERTERS: dict[str, Converter] = {
    **dict.fromkeys(("number", "log", "raw", "boolean", "date"), numbers.convert),
    "category": categories.convert,
    "bag": bags.convert,
    "text": texts.convert,
    "vector": vectors.convert,
}


def converter(name: str) -> Converter:
    """What writes the encoder of this name down."""
    return CONVERTERS.get(name, others.convert)
