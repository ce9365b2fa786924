from pathlib import Path

import pytest
import torch

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError, DataError, MissingKnowledgeError
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from tests.cuda import needs_cuda
from tests.helpers import mapped_file
from tests.tiny import random_knowledge

IDS = torch.tensor([30, 10, 20])
LOGITS = torch.tensor([[3.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
HIDDEN = torch.tensor([[0.3], [0.1], [0.2]])
CARD = {"teacher": {"name": "sage", "hidden": 64}, "seed": 0}


@pytest.fixture
def knowledge() -> TeacherKnowledge:
    return TeacherKnowledge(IDS, {"logits": LOGITS, "hidden": HIDDEN}, CARD)


def test_holds_what_was_written(knowledge: TeacherKnowledge) -> None:
    assert torch.equal(knowledge["logits"], LOGITS)
    assert knowledge.card["teacher"]["name"] == "sage"
    knowledge.require(["logits", "hidden"])


def test_what_is_missing_is_named(knowledge: TeacherKnowledge) -> None:
    part = knowledge.select(["hidden"])
    with pytest.raises(
        MissingKnowledgeError, match=r"teacher 'sage' holds no 'logits' \(present: hidden\); export it with needs="
    ):
        part["logits"]
    with pytest.raises(MissingKnowledgeError, match=r"holds no 'codes', 'distances' \(present: logits, hidden\)"):
        knowledge.require(["distances", "logits", "codes", "codes"])


@pytest.mark.parametrize(
    ("card", "name"), [({}, "unknown"), ({"teacher": "mine"}, "mine"), ({"teacher": {}}, "unknown")]
)
def test_the_message_takes_any_card(card: dict, name: str) -> None:
    with pytest.raises(MissingKnowledgeError, match=rf"teacher '{name}' holds no 'logits' \(present: nothing\)"):
        TeacherKnowledge(IDS, {}, card)["logits"]


def test_align_joins_by_id_never_by_position(knowledge: TeacherKnowledge) -> None:
    aligned = knowledge.align(torch.tensor([10, 20, 30]))
    assert aligned["logits"][:, 0].tolist() == [1, 2, 3]
    assert aligned["hidden"][:, 0].tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert aligned.node_ids.tolist() == [10, 20, 30]
    assert aligned.card == knowledge.card
    assert knowledge.align(torch.tensor([20]))["logits"].tolist() == [[2, 0]]
    assert knowledge.align(IDS).digest == knowledge.digest


def test_align_to_no_nodes(knowledge: TeacherKnowledge) -> None:
    assert knowledge.align(IDS[:0])["logits"].shape == (0, 2)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([10, 15, 31], r"no row for 2 of 3 nodes \(first: 15\)"),
        ([31], r"no row for 1 of 1 nodes \(first: 31\)"),
        ([-1], r"no row for 1 of 1 nodes \(first: -1\)"),
    ],
)
def test_align_refuses_unknown_ids(knowledge: TeacherKnowledge, ids: list[int], message: str) -> None:
    with pytest.raises(DataError, match=message):
        knowledge.align(torch.tensor(ids))


def test_align_of_an_empty_table() -> None:
    empty = TeacherKnowledge(IDS[:0], {"logits": LOGITS[:0]})
    with pytest.raises(DataError, match="no row for 3 of 3 nodes"):
        empty.align(IDS)
    assert len(empty.align(IDS[:0])["logits"]) == 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"logit": LOGITS}, r"unknown key 'logit'; did you mean 'logits'\? \(vocabulary: logits, hidden"),
        ({"logits": LOGITS.double()}, r"'logits' must be torch.float32 with axes .*, got torch.float64"),
        ({"logits": LOGITS[:2]}, r"and 3 rows, got torch.float32 of shape \(2, 2\)"),
        ({"logits": LOGITS[:, 0]}, r"axes \('nodes', 'classes'\) and 3 rows, got torch.float32 of shape \(3,\)"),
        ({"logits": torch.tensor(1.0)}, r"got torch.float32 of shape \(\)"),
        ({"logits": LOGITS.log()}, "'logits' holds NaN or infinite values; the teacher diverged"),
        ({"hidden": HIDDEN * float("nan")}, "'hidden' holds NaN or infinite values"),
    ],
)
def test_arrays_outside_the_vocabulary_are_refused(values: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        TeacherKnowledge(IDS, values)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (torch.tensor([1, 2, 1]), "node_ids must be unique, got repeated ids"),
        (torch.tensor([1.0, 2.0, 3.0]), "node_ids must be torch.int64 .*, got torch.float32"),
        (torch.tensor([1, 2, 3], dtype=torch.int32), "node_ids must be torch.int64 .*, got torch.int32"),
        (torch.tensor([[1], [2], [3]]), r"got torch.int64 of shape \(3, 1\)"),
    ],
)
def test_wrong_ids_are_refused(ids: torch.Tensor, message: str) -> None:
    with pytest.raises(DataError, match=message):
        TeacherKnowledge(ids, {"logits": LOGITS})


def test_frozen_and_apart_from_what_it_was_made_of() -> None:
    values, card = {"logits": LOGITS}, {"seed": 0}
    knowledge = TeacherKnowledge(IDS, values, card)
    values["hidden"] = HIDDEN
    card["seed"] = 1
    assert (list(knowledge.values), knowledge.card["seed"]) == (["logits"], 0)
    with pytest.raises(TypeError, match="does not support item assignment"):
        knowledge.values["hidden"] = HIDDEN
    with pytest.raises(AttributeError, match="cannot assign"):
        knowledge.node_ids = IDS


def test_no_gradient_reaches_the_teacher() -> None:
    weight = torch.ones(2, requires_grad=True)
    knowledge = TeacherKnowledge(IDS, {"logits": LOGITS * weight})
    assert not knowledge["logits"].requires_grad


def test_select_and_to_keep_ids_and_card(knowledge: TeacherKnowledge) -> None:
    part = knowledge.select(["logits"]).to("cpu")
    assert list(part.values) == ["logits"]
    assert torch.equal(part.node_ids, IDS)
    assert part.card == knowledge.card


def test_digest_goes_by_content_not_by_card(knowledge: TeacherKnowledge) -> None:
    other_order = TeacherKnowledge(IDS, {"hidden": HIDDEN, "logits": LOGITS}, {"seed": 9})
    assert other_order.digest == knowledge.digest
    assert knowledge.select(["logits"]).digest != knowledge.digest
    assert TeacherKnowledge(IDS, {"logits": LOGITS + 1, "hidden": HIDDEN}).digest != knowledge.digest
    assert TeacherKnowledge(IDS.flip(0), {"logits": LOGITS, "hidden": HIDDEN}).digest != knowledge.digest


def test_save_and_load(knowledge: TeacherKnowledge, tmp_path: Path) -> None:
    path = tmp_path / "knowledge.safetensors"
    knowledge.save(path)
    loaded = TeacherKnowledge.load(path)
    assert loaded.digest == knowledge.digest
    assert loaded.card == knowledge.card
    assert loaded.node_ids.tolist() == [30, 10, 20]


def test_a_damaged_file_is_refused(knowledge: TeacherKnowledge, tmp_path: Path) -> None:
    path = tmp_path / "knowledge.safetensors"
    knowledge.save(path)
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(ArtefactError, match="truncated or altered"):
        TeacherKnowledge.load(path)
    path.unlink()
    artefact.save(path, "student", {}, {})
    with pytest.raises(ArtefactError, match="expected a knowledge artefact at .*, got a student"):
        TeacherKnowledge.load(path)


def test_a_loaded_table_lies_in_the_file_until_rows_are_taken(knowledge: TeacherKnowledge, tmp_path: Path) -> None:
    path = tmp_path / "knowledge.safetensors"
    knowledge.save(path)
    loaded = TeacherKnowledge.load(path)
    kept = loaded.select(["logits"]).align(IDS.clone())["logits"]
    assert mapped_file(kept) == mapped_file(loaded.node_ids) == path
    assert mapped_file(loaded.take(torch.tensor([2, 0]))["logits"]) is None


def test_align_to_the_present_order_is_the_table_itself(knowledge: TeacherKnowledge) -> None:
    assert knowledge.align(IDS.clone()) is knowledge
    assert knowledge.align(IDS.flip(0)) is not knowledge


def test_take_keeps_rows_together_and_shares_what_nodes_share() -> None:
    whole = random_knowledge(IDS)
    part = whole.take(torch.tensor([2, 0]))
    assert part.node_ids.tolist() == [20, 30]
    assert torch.equal(part["code"], whole["code"][[2, 0]])
    assert part["codebook"] is whole["codebook"]
    assert part.card == whole.card


def test_parts_joined_are_the_whole() -> None:
    whole = random_knowledge(IDS)
    parts = [whole.take(slice(0, 2)), whole.take(slice(2, 3))]
    assert parts[0]["logits"].data_ptr() == whole["logits"].data_ptr()
    assert TeacherKnowledge.joined(parts).digest == whole.digest
    assert TeacherKnowledge.joined(parts[:1]) is parts[0]


def test_copied_rows_have_memory_of_their_own_and_share_what_nodes_share() -> None:
    knowledge = random_knowledge(torch.arange(20))
    copied = knowledge.to("cpu", copy=True)
    assert copied.digest == knowledge.digest
    for name, value in knowledge.values.items():
        assert (copied[name].data_ptr() == value.data_ptr()) == (not KEYS[name].per_node), name
    assert copied.node_ids.data_ptr() != knowledge.node_ids.data_ptr()


def test_what_nodes_share_can_be_that_of_another_table() -> None:
    knowledge = random_knowledge(torch.arange(20))
    other = knowledge.take(slice(0, 0)).to("cpu", copy=True)
    shared = other.sharing(knowledge)
    assert shared["codebook"].data_ptr() == knowledge["codebook"].data_ptr()
    assert shared["logits"].shape == (0, knowledge["logits"].size(1))
    assert list(shared.values) == list(knowledge.values)


@needs_cuda
def test_ids_are_compared_whichever_device_they_lie_on(knowledge: TeacherKnowledge) -> None:
    wanted = torch.tensor([20, 30])
    for table in (knowledge, knowledge.to("cuda")):
        for ids in (wanted, wanted.cuda()):
            found = table.align(ids)
            assert found["logits"].device == table["logits"].device
            assert found["logits"].tolist() == [[2.0, 0.0], [3.0, 0.0]]
    assert knowledge.to("cuda").align(IDS.cuda()).digest == knowledge.digest


CONTEXTS = torch.tensor([[10, 20, 30, 30], [30, 30, 30, 20], [20, 10, 10, 10]])


def with_contexts(**more: torch.Tensor) -> TeacherKnowledge:
    return TeacherKnowledge(IDS, {"context_ids": CONTEXTS, **more})


def test_contexts_are_ids_through_any_order_and_are_given_as_rows_of_it() -> None:
    table = with_contexts()
    for ids in (IDS, torch.tensor([10, 20, 30]), torch.tensor([20, 30, 10])):
        aligned = table.align(ids)
        rows = aligned.rows_of("context_ids")
        assert rows.dtype == torch.int64
        assert torch.equal(aligned.node_ids[rows], aligned["context_ids"])
        assert torch.equal(aligned["context_ids"], CONTEXTS[[IDS.tolist().index(i) for i in ids.tolist()]])


def test_contexts_outside_the_table_are_named() -> None:
    with pytest.raises(DataError, match=r"'context_ids' names 1 nodes that have no row \(first: 30\); take the whole"):
        with_contexts().take(torch.tensor([1, 2])).rows_of("context_ids")
    empty = TeacherKnowledge(IDS[:0], {"context_ids": CONTEXTS[:0]})
    assert empty.rows_of("context_ids").shape == (0, 4)


def test_rows_are_given_of_ids_alone(knowledge: TeacherKnowledge) -> None:
    with pytest.raises(DataError, match=r"a key whose values are node ids \('context_ids'\), got 'logits'"):
        knowledge.rows_of("logits")
    with pytest.raises(MissingKnowledgeError, match="holds no 'context_ids'"):
        knowledge.rows_of("context_ids")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"context_scores": torch.zeros(3, 2)}, "'context_scores' must have a score for each of 4 contexts .*, got 2"),
        ({"member_context_scores": torch.zeros(3, 2, 5)}, "'member_context_scores' must have a score .*, got 5"),
        ({"context_draws": torch.tensor(3)}, "'context_draws' must say into how many draws of one size 4 .*, got 3"),
        ({"context_draws": torch.tensor(0)}, "'context_draws' must say .*, got 0"),
    ],
)
def test_contexts_fit_their_scores_and_draws(more: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        with_contexts(**more)
    with_contexts(context_draws=torch.tensor(2), context_scores=torch.zeros(3, 4))


def test_contexts_are_saved_and_loaded(tmp_path: Path) -> None:
    table = with_contexts(context_draws=torch.tensor(2), context_scores=torch.rand(3, 4))
    table.save(tmp_path / "table")
    assert TeacherKnowledge.load(tmp_path / "table").digest == table.digest
