"""What makes a pair's logit of two embeddings: one file each."""

from typing import TYPE_CHECKING, Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.decoders._base import DECODERS, Decoder

__all__ = ["DECODERS", "Decoder"]


if TYPE_CHECKING:
    # generated: by python benchmarks/tables.py
    from gnn2mlp.decoders.dot import Dot as Dot
    from gnn2mlp.decoders.hadamard import Hadamard as Hadamard
    # end
else:

    def __getattr__(name: str) -> Any:
        return offered(__name__, name, DECODERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(DECODERS)])
