"""The closed vocabulary of teacher knowledge: each key with its axes, type and meaning."""

from typing import NamedTuple

import torch


class Key(NamedTuple):
    """One value that a teacher may write.

    Where the first axis is `nodes`, there is a row for each id of the knowledge; other keys are shared by all nodes.
    """

    name: str
    axes: tuple[str, ...]
    dtype: torch.dtype
    meaning: str

    @property
    def per_node(self) -> bool:
        """Whether there is a row for each node."""
        return self.axes[:1] == ("nodes",)


KEYS = {
    key.name: key
    for key in (
        Key("logits", ("nodes", "classes"), torch.float32, "class scores before the softmax"),
        Key("hidden", ("nodes", "hidden"), torch.float32, "activations that enter the last layer"),
        Key(
            "entropy_shift",
            ("nodes", "draws"),
            torch.float32,
            "by how much a draw of feature noise changes the entropy of the class distribution, in nats, divided by "
            "the standard deviation of the noise",
        ),
        Key(
            "class_indices",
            ("nodes", "drawn"),
            torch.int32,
            "classes drawn from the class distribution, each once, most frequent first; 0 with probability 0 fills up",
        ),
        Key(
            "class_probabilities",
            ("nodes", "drawn"),
            torch.float32,
            "the share of the draws that fell on each: it adds up to 1, and its expectation is the class distribution",
        ),
        Key("codebook", ("codes", "code_dim"), torch.float32, "the code vectors"),
        Key("code", ("nodes",), torch.int64, "the nearest code vector"),
        Key("code_indices", ("nodes", "top"), torch.int32, "the most probable codes, most probable first"),
        Key(
            "code_probabilities",
            ("nodes", "top"),
            torch.float32,
            "their probabilities among all codes, softmax(-d²/τ); what a row lacks to 1 lies on the codes left out",
        ),
        Key("code_temperature", (), torch.float32, "τ of the code probabilities"),
        Key(
            "code_unit_length",
            (),
            torch.bool,
            "whether vectors are scaled to unit length before their distance is taken: cosine geometry",
        ),
    )
}
