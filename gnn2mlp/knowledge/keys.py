"""The closed vocabulary of teacher knowledge: each key with its axes, type and meaning."""

from typing import NamedTuple

import torch


class Key(NamedTuple):
    """One value that a teacher may write.

    Where the first axis is `nodes`, there is a row for each id of the knowledge; other keys are shared by all nodes.
    What is written `on_demand` costs more passes or much room, and is left out unless somebody reads it. Values that
    `refer` are ids of nodes, which `TeacherKnowledge.rows_of` gives as rows of the table. What may be kept in `half`
    precision is float16 where a teacher was told so, and computed with as everything else is.
    """

    name: str
    axes: tuple[str, ...]
    dtype: torch.dtype
    meaning: str
    on_demand: bool = False
    refers: bool = False
    half: bool = False

    @property
    def dtypes(self) -> tuple[torch.dtype, ...]:
        """The types that it may have, the usual one first."""
        return (self.dtype, torch.float16) if self.half else (self.dtype,)

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
            on_demand=True,
        ),
        Key(
            "class_indices",
            ("nodes", "drawn"),
            torch.int32,
            "classes drawn from the class distribution, each once, most frequent first; 0 with probability 0 fills up",
            on_demand=True,
        ),
        Key(
            "class_probabilities",
            ("nodes", "drawn"),
            torch.float32,
            "the share of the draws that fell on each: it adds up to 1, and its expectation is the class distribution",
            on_demand=True,
        ),
        Key(
            "member_logits",
            ("nodes", "members", "classes"),
            torch.float32,
            "class scores of each member of an ensemble",
            on_demand=True,
        ),
        Key(
            "disagreement",
            ("nodes",),
            torch.float32,
            "mean KL divergence between two members of an ensemble, in nats",
            on_demand=True,
        ),
        Key(
            "hop_embeddings",
            ("nodes", "hops", "embedding"),
            torch.float32,
            "what a language model makes of the node's text with 0, 1, ... hops of neighbours' texts",
            on_demand=True,
            half=True,
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
        Key(
            "transformations",
            ("parameters",),
            torch.float32,
            "the map of each layer, first layer first: its weight, row by row, and its bias",
            on_demand=True,
        ),
        Key(
            "transformation_sizes",
            ("layers", "ends"),
            torch.int64,
            "width in and width out of each of these maps",
            on_demand=True,
        ),
        Key(
            "energy_ratios",
            ("layers", "steps"),
            torch.float32,
            "Dirichlet energy of unit rows behind a step, divided by that before it: a layer's map, its propagation",
            on_demand=True,
        ),
        Key(
            "context_ids",
            ("nodes", "contexts"),
            torch.int64,
            "ids of context nodes: of each draw first near ones, from random walks, then ones drawn from all nodes",
            on_demand=True,
            refers=True,
        ),
        Key(
            "context_scores",
            ("nodes", "contexts"),
            torch.float32,
            "logit of a link between the node and each of its context nodes",
            on_demand=True,
        ),
        Key(
            "context_draws",
            (),
            torch.int64,
            "how many independent draws of context nodes, all of one size, stand beside each other",
            on_demand=True,
        ),
        Key(
            "member_context_scores",
            ("nodes", "members", "contexts"),
            torch.float32,
            "the same logits by each member of a teacher, such as each heuristic",
            on_demand=True,
        ),
        Key(
            "attention_query",
            ("nodes", "heads", "attention"),
            torch.float32,
            "the side of a node's attention scores that asks: the score of i for j is query_i · key_j / √width",
            on_demand=True,
        ),
        Key(
            "attention_key",
            ("nodes", "heads", "attention"),
            torch.float32,
            "the side of a node's attention scores that is asked",
            on_demand=True,
        ),
        Key("forgotten", ("nodes",), torch.bool, "rows that a trained model is to forget", on_demand=True),
    )
}
ON_DEMAND = frozenset(name for name, key in KEYS.items() if key.on_demand)
