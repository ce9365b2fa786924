"""The closed vocabulary of teacher knowledge: each key with its axes, type and meaning."""

from typing import NamedTuple

import torch


class Key(NamedTuple):
    """One value that a teacher may write; its first axis is always `nodes`, aligned with the ids of the knowledge."""

    name: str
    axes: tuple[str, ...]
    dtype: torch.dtype
    meaning: str


KEYS = {
    key.name: key
    for key in (
        Key("logits", ("nodes", "classes"), torch.float32, "class scores before the softmax"),
        Key("hidden", ("nodes", "hidden"), torch.float32, "activations that enter the last layer"),
    )
}
