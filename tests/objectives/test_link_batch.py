"""Batches of pairs: each node embedded once, and scored wherever it occurs."""

from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, MissingKnowledgeError
from gnn2mlp.objectives import LinkBatch
from tests.linked import CONTEXTS, NODES, embeddings, link_batch, network, taught


def test_pairs_and_contexts_are_scored_by_the_embeddings_of_both_ends() -> None:
    z, there = embeddings(), link_batch()
    student = network(z)
    assert there.pairs is not None
    assert there.contexts is not None
    torch.testing.assert_close(there.pair_logits, student.score(z[there.pairs[:, 0]], z[there.pairs[:, 1]]))
    assert there.context_logits.shape == (NODES, CONTEXTS)
    for anchor, context in ((0, 0), (3, 5), (11, 2)):
        other = int(there.contexts[anchor, context])
        expected = student.score(z[[anchor]], z[[other]])[0]
        torch.testing.assert_close(there.context_logits[anchor, context], expected)


def test_the_student_is_asked_once() -> None:
    asked = []

    class Counting(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = network(embeddings())

        def forward(self, x: torch.Tensor) -> object:
            asked.append(len(x))
            return self.inner(x)

        def score(self, one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
            return self.inner.score(one, other)

    there = link_batch(student=Counting())
    assert there.pair_logits is there.pair_logits
    assert there.context_logits is there.context_logits
    assert asked == [NODES]


def test_what_the_teacher_says_takes_no_gradient() -> None:
    scores = taught()["context_scores"].clone().requires_grad_()
    assert not replace(link_batch(), teacher_scores=scores).context_scores.requires_grad


def test_what_is_missing_is_named() -> None:
    bare = LinkBatch(torch.arange(2), torch.zeros(0), torch.zeros(2, 1), network(embeddings()))
    with pytest.raises(ConfigError, match="expected pairs of nodes, got none; declare 'pairs'"):
        _ = bare.pair_logits
    with pytest.raises(ConfigError, match="expected anchors, got none"):
        _ = bare.anchor_rows
    with pytest.raises(MissingKnowledgeError, match="holds no 'context_ids'"):
        _ = replace(bare, anchors=torch.zeros(1, dtype=torch.int64)).context_logits
    with pytest.raises(MissingKnowledgeError, match="holds no 'context_scores'"):
        _ = bare.context_scores
    with pytest.raises(MissingKnowledgeError, match="expected 'context_scores' of the anchors, got none"):
        _ = replace(bare, tables={"teacher": taught()}).context_scores
    with pytest.raises(ConfigError, match="expected a student that scores two embeddings"):
        _ = replace(link_batch(), student=None, answer=link_batch().output).pair_logits
