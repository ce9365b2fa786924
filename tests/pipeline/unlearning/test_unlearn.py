"""What is forgotten is gone: byte by byte from every file that is left, and from what models were trained on."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp import RunConfig
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.core.files import read_json
from gnn2mlp.core.progress import silent
from gnn2mlp.data import Split, load_data, save_data
from gnn2mlp.deploy import Predictor, traces
from gnn2mlp.pipeline import disagree, explain, latency, trust
from gnn2mlp.pipeline.config import read_yaml
from gnn2mlp.pipeline.run import run
from gnn2mlp.pipeline.unlearning.unlearn import UnlearnResult, unlearn
from gnn2mlp.report import page
from tests.helpers import tiny_hypergraph
from tests.pipeline.unlearning.conftest import marked, small

GONE = [3, 17, 40, 41, 77]


def names(rows: list[int]) -> list[str]:
    return [f"person-{row:04d}-quaint" for row in rows]


def forget(people: Path, **options: Any) -> UnlearnResult:
    return unlearn(people / "run", **{"verify": False, "pages": False, "listen": lambda seed, stage: silent, **options})


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return dict(Predictor.load(folder).module.state_dict())


def marks(rows: list[int]) -> list[bytes]:
    """What of nodes might be left: rows of features, and their numbers beside each other."""
    features = marked().features
    assert isinstance(features, torch.Tensor)
    ids = np.array(rows, dtype=np.int64)
    together = [ids.tobytes(), ids.astype(np.int32).tobytes(), ", ".join(map(str, rows)).encode()]
    return [*(features[row].numpy().tobytes() for row in rows), *together]


def held(folder: Path, wanted: list[bytes]) -> list[Path]:
    return [
        path for path in sorted(folder.rglob("*")) if path.is_file() and any(m in path.read_bytes() for m in wanted)
    ]


@pytest.mark.parametrize("method", ["retrain", "redistil", "finetune", "d2dgn"])
def test_nothing_of_a_forgotten_node_is_left_in_any_file(
    people: Path, method: str, undrawn: pytest.MonkeyPatch
) -> None:
    if method == "redistil":
        undrawn.undo()  # pages have texts, too
        undrawn.setattr(page, "inline_svg", lambda figure, key, description: "<svg/>")
    (people / "people.safetensors").rename(people.parent / "raw")  # the user's own data, which stay
    (people / "run" / "mine.txt").write_text("a note", encoding="utf-8")
    config = people / "run" / "config.yaml"
    config.write_text(config.read_text().replace(str(people / "people.safetensors"), str(people.parent / "raw")))
    result = forget(people, nodes=names(GONE), method=method, pages=method == "redistil")
    assert result.out == people / "run-unlearned"
    assert held(people, marks(GONE)) == []
    assert traces(people, names(GONE)) == {}
    left = names([4, 18])
    assert traces(people, left) == {"run-unlearned/data.safetensors": left}  # what is left can be found so
    assert [path.name for path in (people / "run").iterdir()] == ["mine.txt"]
    done = {Path(each["path"]).name: each["done"] for each in result.results["files"]}
    assert done["mine.txt"] == "kept"
    assert done["students"] == done["knowledge"] == "deleted"
    assert sum("cache" in each["path"] for each in result.results["files"]) == 2
    assert read_json(result.out / "unlearn.json")["removal"]["nodes"] == 5


def test_retrain_gives_the_bits_of_a_run_on_what_is_left(people: Path) -> None:
    result = forget(people, nodes=names(GONE))
    config = RunConfig(**read_yaml(result.out / "config.yaml"))
    fresh = config.model_copy(update={"out": people / "fresh", "cache": people / "other"})
    again = run(fresh, lambda seed, stage: silent, pages=False)
    first, second = weights(result.out / "student"), weights(again.out / "student")
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert result.predictor.module.state_dict().keys() == first.keys()


@pytest.mark.parametrize("method", ["retrain", "redistil", "finetune"])
def test_nodes_that_training_never_saw_go_as_well(people: Path, method: str) -> None:
    unseen = Split.load(people / "run" / "splits" / "seed-000.safetensors").unseen[:1].tolist()
    result = forget(people, nodes=names(unseen), method=method, verify=True)
    assert result.results["removal"]["roles"]["unseen"] == 1
    assert result.results["verdict"]["outcome"] == ("retrained" if method == "retrain" else "no trace")
    assert "forgotten" not in result.results["seeds"][0]["evidence"]["student"]["divergence"]
    assert not (people / "run").exists()


def test_nodes_that_stay_keep_their_roles(people: Path) -> None:
    before = Split.load(people / "run" / "splits" / "seed-000.safetensors")
    result = forget(people, nodes=names(GONE), method="redistil")
    after = Split.load(result.out / "splits" / "seed-000.safetensors")
    left = [row for row in range(90) if row not in GONE]
    for part in ("train", "valid", "seen", "unseen"):
        kept = [row for row in getattr(before, part).tolist() if row not in GONE]
        assert [left[row] for row in getattr(after, part).tolist()] == kept
    data = load_data(result.out / "data.safetensors")
    assert data.node_names is not None
    assert data.node_names.tolist() == names(left)


def test_edges_are_gone_from_the_data_and_from_the_knowledge(people: Path) -> None:
    edges = marked().edge_index[:, [0, 5, 90]].T.tolist()
    result = forget(people, edges=[names(edge) for edge in edges], method="redistil")
    data = load_data(result.out / "data.safetensors")
    assert data.num_nodes == 90
    left = {tuple(edge) for edge in data.structure["edge_index"].T.tolist()}
    assert not left & {tuple(edge) for edge in edges}
    assert not left & {(second, first) for first, second in edges}
    assert result.results["removal"]["edges"] == 3


def test_verbs_that_look_at_models_do_not_train_others_where_some_have_forgotten(people: Path) -> None:
    first = forget(people, nodes=names([3]), method="redistil")
    config = RunConfig(**read_yaml(first.out / "config.yaml"))
    for look in (trust, explain, latency, disagree):
        with pytest.raises(ConfigError, match="have forgotten something .*method redistil.* name another folder with"):
            look(config)
    elsewhere = config.model_copy(update={"out": people / "elsewhere", "cache": people / "cache"})
    found = trust(elsewhere, lambda seed, stage: silent)
    assert found.results["graph"]["nodes"] == 89


def test_it_can_be_done_again(people: Path) -> None:
    first = forget(people, nodes=names([3]), method="redistil")
    quick: dict[str, Any] = {"verify": False, "pages": False, "listen": lambda seed, stage: silent}
    second = unlearn(first.out, names([17]), method="redistil", **quick)
    assert second.out.name == "run-unlearned-unlearned"
    assert not first.out.exists()
    assert traces(people / "run-unlearned-unlearned", names([3, 17])) == {}


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"nodes": ["nobody"]}, DataError, "people has no node nobody; name nodes by ids such as person-0000"),
        ({}, ConfigError, "expected nodes or edges to remove, got none"),
        ({"nodes": names([1]), "method": "redistill"}, ConfigError, "did you mean 'redistil'"),
        ({"nodes": names([1]), "method": "redistil", "what": "teacher"}, ConfigError, "methods that do: .*retrain"),
        ({"nodes": names([*range(0, 90, 3)])}, DataError, "leaves no training label of 0"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_happens(
    made: Path, options: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        unlearn(made / "run", **options, out=made / "never")
    assert (made / "run" / "student").is_dir()
    assert not (made / "never").exists()


def test_a_run_that_was_deleted_in_part_is_deleted_to_the_end(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, **options: Any) -> None:
        if path == people / "run" / "knowledge":
            raise PermissionError(13, "Permission denied", str(path))
        rmtree(path, **options)

    rmtree = shutil.rmtree
    with monkeypatch.context() as patch:
        patch.setattr("gnn2mlp.pipeline.unlearning.purge.shutil.rmtree", refused)
        with pytest.raises(ArtefactError, match="could not delete .*knowledge.* start the same command again"):
            forget(people, nodes=names(GONE), method="redistil")
    assert (people / "run" / "students").is_dir()
    models = weights(people / "run-unlearned" / "student")
    result = forget(people, nodes=names(GONE), method="redistil")
    assert not (people / "run").exists()
    assert {each["done"] for each in result.results["files"]} == {"deleted"}
    assert read_json(result.out / "unlearn.json")["files"] == result.results["files"]
    assert all(torch.equal(models[key], value) for key, value in weights(result.out / "student").items())


def test_a_folder_within_that_of_the_run_is_refused(made: Path) -> None:
    for folder in (made / "run", made / "run" / "new"):
        with pytest.raises(ConfigError, match="out: expected another folder than that of the run"):
            unlearn(made / "run", names([1]), out=folder)


def test_the_certificate_compares_with_models_that_were_trained_anew(people: Path, undrawn: pytest.MonkeyPatch) -> None:
    undrawn.undo()
    result = forget(people, nodes=names(list(range(0, 60, 2))), method="d2dgn", verify=True)
    found = read_json(result.out / "unlearn.json")
    record = found["seeds"][0]["evidence"]["student"]
    assert found["verified"]
    assert set(record["attacks"]["entropy"]) == {"before", "after", "reference", "distance"}
    assert found["verdict"]["outcome"] in {"recognisable", "not forgotten", "undecided"}
    assert found["seeds"][0]["seconds"]["retrain"] > 0
    assert "unlearner" in found["citations"]
    page = (result.out / "unlearn.html").read_text("utf-8")
    assert found["verdict"]["sentence"].split("(")[0] in page
    assert (result.out / "reference" / "students").exists()


def test_what_is_exact_is_its_own_reference_and_without_one_nothing_is_verified(people: Path) -> None:
    exact = forget(people, nodes=names(GONE), verify=True).results
    assert exact["verdict"]["outcome"] == "retrained"
    distances = exact["seeds"][0]["evidence"]["student"]["attacks"]["entropy"]["distance"]
    assert distances["after"]["distance"] == 0


def test_a_teacher_that_forgot_has_evidence_of_its_own(people: Path) -> None:
    result = forget(people, nodes=names(GONE), method="d2dgn", what="teacher", verify=False).results
    assert set(result["seeds"][0]["evidence"]) == {"student", "teacher"}
    assert result["verdict"]["outcome"] == "not verified"


def test_deleted_edges_have_an_attack_of_their_own(people: Path) -> None:
    graph = marked()
    pairs = [(names([int(a)])[0], names([int(b)])[0]) for a, b in graph.edge_index.T[::9].tolist() if a < b]
    with pytest.raises(ConfigError, match="forgets nodes alone"):
        forget(people, edges=pairs, method="d2dgn")
    result = forget(people, edges=pairs, method="redistil", verify=True).results
    assert set(result["seeds"][0]["evidence"]["student"]["attacks"]) == {"link"}


def test_a_student_of_all_labels_is_trained_anew_and_nothing_of_the_old_one_is_kept(people: Path) -> None:
    folder, cache = people / "refitted", people / "cache of its own"
    quick: dict[str, Any] = {"listen": lambda seed, stage: silent, "pages": False}
    run(RunConfig(**small(people, out=folder, cache=cache, refit=True)), **quick)
    old = {path.name for path in cache.rglob("*.safetensors")}
    assert len(old) == 4  # teacher and knowledge, of the split and of all labels
    result = unlearn(folder, names([3]), method="redistil", verify=False, **quick)
    left = {path.name for path in cache.rglob("*.safetensors")}
    assert not old & left
    assert read_json(result.out / "results.json")["student"]["refit"]
    assert held(result.out, marks([3])[:1]) == []


@pytest.mark.parametrize("setting", ["transductive", "inductive"])
def test_a_hypergraph_forgets_nodes_twice(tmp_path: Path, setting: str) -> None:
    quick: dict[str, Any] = {"listen": lambda seed, stage: silent, "pages": False}
    save_data(tmp_path / "people.safetensors", tiny_hypergraph(nodes=90))
    teacher = {"name": "hgnn", "hidden": 8, "epochs": 3}
    run(RunConfig(**small(tmp_path, teacher=teacher, setting=setting, distill={"epochs": 3})), **quick)
    how = {"name": "redistil", "reexport": setting == "inductive"}
    first = unlearn(tmp_path / "run", [3, 8], method=how, verify=False, **quick)
    assert load_data(first.out / "data.safetensors").num_nodes == 88
    second = unlearn(first.out, [0], method="redistil", verify=False, **quick)
    assert load_data(second.out / "data.safetensors").num_nodes == 87
    with pytest.raises(DataError, match="only its answers were kept"):
        unlearn(second.out, [0], method={"name": "redistil", "reexport": True}, verify=False, **quick)
