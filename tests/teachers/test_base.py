"""What every teacher inherits: export, saving, and errors that name the way out."""

from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.teachers import TEACHERS, Export, Teacher
from gnn2mlp.teachers.gcn import GCN
from gnn2mlp.teachers.vq import VQ
from tests.helpers import tiny_graph, tiny_hypergraph
from tests.tiny import tiny_views


def test_missing_key_names_the_teachers_that_provide_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(GCN):
        name = "silent"
        provides = frozenset({"logits"})

    monkeypatch.setitem(TEACHERS.classes, "silent", Silent)
    with pytest.raises(
        ConfigError,
        match=r"'silent' does not provide 'hidden' \(it provides logits\); "
        "teachers that do: .*gat, gcn, .*hgnn, hgnn_plus, .*sage, .*unigcn, vq$",
    ):
        Silent.check_provides(["logits", "hidden"])
    Silent.check_provides(["logits"])


def test_key_of_no_teacher_says_so() -> None:
    with pytest.raises(ConfigError, match="'dreams'.*teachers that do: none"):
        GCN.check_provides(["dreams"])


def test_damaged_file_is_refused(tmp_path: Path) -> None:
    teacher = GCN(hidden=4, epochs=1)
    teacher.fit(tiny_views().observed)
    path = tmp_path / "teacher.safetensors"
    teacher.save(path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtefactError, match="checksum"):
        Teacher.load(path)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (Spec("gcn"), "teacher 'gcn' works on a graph, and tiny hypergraph is a hypergraph; expected one of "),
        (Spec("hgnn"), "teacher 'hgnn' works on a hypergraph, and tiny is a graph; expected one of "),
        (Spec("vq", encoder="sage"), "teacher 'vq' works on a graph, and tiny hypergraph is a hypergraph; expected "),
        (Spec("vq", encoder="unigcn"), "teacher 'vq' works on a hypergraph, and tiny is a graph; expected one of "),
    ],
)
def test_the_other_kind_of_data_is_refused_and_named_are_those_that_read_it(spec: Spec, message: str) -> None:
    data = {"graph": tiny_graph(), "hypergraph": tiny_hypergraph()}
    teacher = spec.build(TEACHERS)
    own, other = (data.pop(teacher.reads.kind), *data.values())
    teacher.check_reads(own)
    able = {"graph": "gat, gcn, .*sage, sign", "hypergraph": "hgnn, hgnn_plus, unigcn"}[other.kind]
    with pytest.raises(DataError, match=f"^{message}.*{able} as teacher$"):
        teacher.check_reads(other)


def test_what_a_teacher_around_another_reads_is_known_of_the_object_alone() -> None:
    kinds = [VQ(encoder=encoder).reads.kind for encoder in ("gat", "hgnn_plus")]
    assert kinds == ["graph", "hypergraph"]
    assert not hasattr(VQ.reads, "kind")


def test_how_features_are_disturbed_is_an_option_of_the_export() -> None:
    views = tiny_views()
    teacher = GCN(hidden=4, epochs=1)
    teacher.fit(views.observed)
    knowledge = {
        form: teacher.export(views.observed, ["entropy_shift"], how=Export(draws=2, perturbation=form))  # type: ignore[arg-type]
        for form in ("add", "multiply")
    }
    for form, found in knowledge.items():
        assert found.card["entropy_shift"] == {"draws": 2, "noise": 1.0, "seed": 0, "perturbation": form}
    assert not torch.equal(*(found["entropy_shift"] for found in knowledge.values()))


def test_options_of_the_export() -> None:
    defaults = {"draws": 8, "noise": 1.0, "top": 32, "perturbation": "add", "class_draws": 50}
    contexts = {"contexts_near": 3, "contexts_hops": 2, "contexts_random": 1, "context_draws": 4}
    assert Export().options() == defaults | contexts | {"embedding_dtype": "float32"}
    assert Export(contexts_near=2, contexts_hops=3, contexts_random=4, context_draws=5).contexts == 5 * 2 * 3 * (1 + 4)
    with pytest.raises(ConfigError, match=r"export\.contexts_hops: expected at least 1, got 0"):
        Export(contexts_hops=0)
    with pytest.raises(ConfigError, match=r"export\.perturbation: expected .*add.*multiply.*got 'divide'"):
        Spec("export", perturbation="divide").checked(Export, "export")
    with pytest.raises(ConfigError, match=r"export\.embedding_dtype: expected .*float32.*float16.*got 'half'"):
        Spec("export", embedding_dtype="half").checked(Export, "export")
    with pytest.raises(ConfigError, match=r"export\.noise: expected a positive number, got 0\.0"):
        Export(noise=0.0)
