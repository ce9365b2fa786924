"""Generated tables: made from result files, and up to date in the documents."""

import importlib
import json
import math
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

from gnn2mlp import RunConfig
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.evaluate import Paired
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.teachers import TEACHERS

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
ROWS = sorted((BENCHMARKS / "papers").glob("*.yaml"))
# Lines of rows; other measurements keep theirs beside them.
LINES = [path for path in sorted((BENCHMARKS / "results").glob("*.jsonl")) if path.stem.count("_") == 3]


@pytest.fixture(scope="module")
def tables() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield importlib.import_module("tables")


def test_documents_are_up_to_date(tables: ModuleType):
    made = tables.documents()
    assert {path.stem for path in made} >= {"README", "RESULTS", "teachers", "krd", "limits"}
    stale = [path.name for path, text in made.items() if not path.exists() or path.read_text() != text]
    assert not stale, "run python benchmarks/tables.py"


def test_a_section_is_replaced_by_what_the_registry_holds(tables: ModuleType):
    filled = tables.fill("before\n<!-- generated: teachers_index -->\nstale\n<!-- end -->\nafter")
    assert filled.startswith("before\n<!-- generated: teachers_index -->\n| name |")
    assert filled.endswith("<!-- end -->\nafter")
    assert "stale" not in filled
    assert all(f"| [`{name}`](#{name}) |" in filled for name in TEACHERS.names())


@pytest.mark.parametrize(("mean", "holds"), [(0.7875, True), (0.7874, False), (0.80, True), (0.85, True)])
def test_reaching_a_published_figure_allows_its_std(tables: ModuleType, mean: float, holds: bool):
    assert tables.reaches({"mean": mean, "std": 0.0}, [80.25, 1.5]) is holds


@pytest.mark.parametrize("path", ROWS, ids=lambda path: path.stem)
def test_every_row_is_a_configuration_that_resolves(tables: ModuleType, path: Path):
    row = tables.named()[path.stem]
    config = row.config()
    assert (row.dataset, row.setting) == (config.dataset.name, config.setting)
    assert row.name.count("_") == 3
    for model, scores in row.reported.get("scores", {}).items():
        assert model in ("teacher", "mlp", "student")
        assert all(0 < mean < 100 and all(0 < std < 10 for std in rest) for mean, *rest in scores.values())


@pytest.mark.parametrize("path", ROWS, ids=lambda path: path.stem)
def test_rows_are_compared_with_rows_on_the_same_splits(tables: ModuleType, path: Path):
    row = tables.named()[path.stem]
    for other in (tables.named()[name] for name in row.against):
        assert other.name != row.name
        assert (other.dataset, other.setting, other.seeds) == (row.dataset, row.setting, row.seeds)
        assert other.content["config"].get("split") == row.content["config"].get("split")


# Rows (by label) that are compared to see what one part does -> the options of the method in which they may differ.
DIFFERENCES = {
    ("krd-all-neighbours", "krd"): {"sample"},
    ("krd-early", "krd"): {"warmup"},
    ("krd-early", "krd-all-neighbours"): {"sample", "warmup"},  # without sampling there is no warm-up
    ("krd-early", "krd-one-draw"): {"draws"},
    ("hgmd-weight", "hgmd"): {"scheme"},
    ("tined-no-energies", "tined"): {"energy_weight"},
    ("krd-one-draw", "krd"): {"draws"},
    ("light-hgnn-plus", "light-hgnn-plus-all"): {"sample"},
    ("vqgraph", "vqgraph-no-codes"): {"code_weight"},
    ("vqgraph-krd", "vqgraph"): {"method"},
}


def differing(one: Any, other: Any) -> set[str]:
    """Settings in which two rows differ; options of the method by their names, `method` if it is another one."""
    mine, theirs = (row.config().identity() for row in (one, other))
    found = {key for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key)}
    if "method" not in found or mine["method"]["name"] != theirs["method"]["name"]:
        return found
    options = [row["method"] for row in (mine, theirs)]
    return found - {"method"} | {
        key for key in {*options[0], *options[1]} if options[0].get(key) != options[1].get(key)
    }


@pytest.mark.parametrize("path", ROWS, ids=lambda path: path.stem)
def test_rows_that_show_one_part_differ_in_that_part_only(tables: ModuleType, path: Path):
    row = tables.named()[path.stem]
    for other in (tables.named()[name] for name in row.against[1:]):
        allowed = DIFFERENCES.get((row.label, other.label)) or DIFFERENCES[other.label, row.label]
        assert differing(row, other) == allowed, f"{row.name} and {other.name}"


def test_findings_compare_rows_that_differ_in_one_part_only(tables: ModuleType):
    for ours, theirs in (pair for pairs in tables.QUESTIONS.values() for pair in pairs):
        labels = ours.split("_")[1], theirs.split("_")[1]
        allowed = DIFFERENCES.get(labels) or DIFFERENCES[labels[::-1]]
        for row, other in tables._counterparts(ours, theirs):
            assert differing(row, other) == allowed, f"{row.name} and {other.name}"


@pytest.mark.parametrize("path", [path for path in ROWS if "_vqgraph-krd_" in path.name], ids=lambda path: path.stem)
def test_a_composition_has_the_terms_of_both_methods(tables: ModuleType, path: Path):
    """Those of VQGraph's row, and KRD's of neighbours."""

    def terms(name: str) -> list[dict[str, Any]]:
        sum_ = tables.named()[name].config().method.build(METHODS).build_objective().to_list()
        return [term for term in sum_ if term["weight"]]

    vqgraph, krd = (
        terms(path.stem.replace("yang2024_vqgraph-krd", name)) for name in ("yang2024_vqgraph", "wu2023_krd")
    )
    wanted = vqgraph + [term for term in krd if term["name"] == "reliable_neighbours"]
    assert sorted(terms(path.stem), key=str) == sorted(wanted, key=str)


@pytest.mark.parametrize("path", LINES, ids=lambda path: path.stem)
def test_every_line_belongs_to_a_row_and_suffices_by_itself(tables: ModuleType, path: Path):
    row = tables.named()[path.stem]
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines
    for line in lines:
        assert line["row"] == row.name
        assert {"split", "teacher", "mlp", "student", "fidelity", "ece", "seconds", "graph"} <= set(line)
        assert {"versions", "processor", "threads", "device"} <= set(line["environment"])
        assert not {"out", "data_root", "cache", "seeds"} & set(line["config"])
        assert line["graph_at_inference"] is _needs_graph(row.config())
    assert row.lines == [line for line in lines if line["seed"] in row.seeds], "lines of another configuration"


def _needs_graph(config: RunConfig) -> bool:
    return config.method.build(METHODS).needs_graph or config.inputs.build(INPUTS).needs_graph


def a_row(tables: ModuleType, name: str, scores: dict[int, float], **content: Any) -> Any:
    """A row of cpf-cora with a line for each seed; teacher and plain MLP are right half of the time."""
    row = tables.Row(name, {"config": {"dataset": "cpf-cora", "seeds": 2}, **content})
    plain = {"teacher": {"test": 0.5}, "mlp": {"test": 0.5}, "graph_at_inference": False}
    row.__dict__["lines"] = [
        {
            **plain,
            "seed": seed,
            "split": {"digest": f"split {seed}", "train": 50, "valid": 50, "seen": 50, "unseen": 0},
            "student": {"test": score},
            "config": {"teacher": {"name": "vq", "encoder": {"name": "gcn"}}},
            "seconds": {"teacher": 3.0, "student": 1.5},
            "codes": {"used": 9, "utilisation": 0.9, "perplexity": 7.4},
        }
        for seed, score in scores.items()
    ]
    return row


@pytest.fixture
def leaderboard(tables: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Cells of a leaderboard of three rows: one compared with, one complete, one not run."""
    glnn, krd, empty = (f"a2020_{method}_cpf-cora_transductive" for method in ("glnn", "krd", "vqgraph"))
    reported = {"source": "a paper", "scores": {"student": {"test": [83.93, 0.87]}}}
    made = [
        a_row(tables, glnn, {0: 0.5, 1: 0.75}),
        a_row(tables, krd, {0: 0.75, 1: 0.75}, against=glnn),
        a_row(tables, empty, {}, against=[glnn, krd], reported=reported),
    ]
    monkeypatch.setattr(tables, "rows", lambda: made)
    return [line.strip("| ").split(" | ") for line in tables.leaderboard("test").splitlines()[2:]]


def test_the_leaderboard_compares_seed_by_seed(leaderboard: list[list[str]]):
    teacher, glnn, krd, _ = leaderboard
    assert teacher[1:3] == ["*teacher vq (gcn) of glnn, krd*", "50.00 ± 0.00"]
    assert teacher[-2:] == ["yes", "2"]
    assert glnn[1:6] == ["`glnn`", "62.50 ± 12.50", "", "", ""]
    # Differences 25 and 0: mean 12.5, std 17.68, r = 50 / 100, so error 17.68, t = 0.707 and t_0.975 = 12.71 for one
    # degree of freedom: 12.5 ± 224.6, p = 1 - 2/π atan(t) = 0.608.
    assert krd[1:6] == ["`krd`", "75.00 ± 0.00", "", "+12.50 [-212.12, +237.12], wins 1/2", "0.608"]
    assert krd[6:] == ["vq (gcn) 50.00 ± 0.00", "1.5", "90.0 %, perplexity 7", "no", "2"]


def test_the_leaderboard_lists_what_has_not_been_run(leaderboard: list[list[str]]):
    assert leaderboard[-1][:4] == ["cpf-cora", "`vqgraph`", "not run", "83.93 ± 0.87 [1]"]
    assert leaderboard[-1][-1] == "0 / 2"


def test_different_splits_are_not_compared(tables: ModuleType, monkeypatch: pytest.MonkeyPatch):
    glnn = a_row(tables, "a2020_glnn_cpf-cora_transductive", {0: 0.5, 1: 0.75})
    krd = a_row(tables, "a2020_krd_cpf-cora_transductive", {0: 0.5}, against=glnn.name)
    krd.lines[0]["split"]["digest"] = "another"
    monkeypatch.setattr(tables, "rows", lambda: [glnn, krd])
    with pytest.raises(DataError, match="expected the same split for both, got another and split 0"):
        tables.leaderboard("test")


def test_further_rows_show_what_one_part_does(tables: ModuleType, monkeypatch: pytest.MonkeyPatch):
    glnn, bare, codes = (f"a2020_{method}_cpf-cora_transductive" for method in ("glnn", "vqgraph-bare", "vqgraph"))
    made = [
        a_row(tables, glnn, {0: 0.5, 1: 0.75}),
        a_row(tables, bare, {0: 0.5}, against=glnn),
        a_row(tables, codes, {0: 0.75, 1: 0.75}, against=[glnn, bare]),
    ]
    monkeypatch.setattr(tables, "rows", lambda: made)
    assert tables.comparisons().splitlines()[2:] == ["| cpf-cora | test | `vqgraph` | `vqgraph-bare` | +25.00 |  |"]


def test_a_misspelt_option_of_a_row_is_not_hidden(tables: ModuleType):
    config = {"dataset": "cpf-cora", "method": {"name": "glnn", "temprature": 1}}
    with pytest.raises(ConfigError, match="did you mean 'temperature'"):
        _ = tables.Row("a2020_glnn_cpf-cora_transductive", {"config": config}).lines
    unknown = tables.Row("a2020_glnn_cpf-cora_transductive", {"config": {"method": "not there yet"}})
    assert unknown.lines == []


@pytest.mark.parametrize(
    ("difference", "reach", "word"),
    [
        (0.1, 0.09, "better"),
        (-0.1, 0.09, "worse"),
        (0.1, 0.1, "no difference beyond chance"),
        (0.1, math.nan, "no difference beyond chance"),
    ],
)
def test_the_verdict_follows_the_rule(tables: ModuleType, difference: float, reach: float, word: str):
    found = Paired(difference, reach / 2, difference - reach, difference + reach, 0.05, 1, 2, "splits")
    assert tables.verdict(found) == word


def test_students_that_keep_up_are_counted(tables: ModuleType, monkeypatch: pytest.MonkeyPatch):
    made = [
        a_row(tables, "a2020_glnn_cpf-cora_transductive", {0: 0.75, 1: 0.7501}),  # teacher and MLP: 0.5 and 0.5
        a_row(tables, "a2020_krd_cpf-cora_transductive", {0: 0.5, 1: 0.75}),
        a_row(tables, "a2020_mlp_cpf-cora_transductive", {0: 0.75, 1: 0.75}),
        a_row(tables, "a2020_krd_cpf-photo_transductive", {0: 0.75}),
    ]
    monkeypatch.setattr(tables, "rows", lambda: made)
    assert tables.keeping_up().splitlines()[2] == "| test, transductive | teacher | 2 | 1 | 1 | 0 | +12.5 to +25.0 |"


def test_findings_count_verdicts_and_name_what_is_missing(tables: ModuleType, monkeypatch: pytest.MonkeyPatch):
    def named(method: str, dataset: str) -> str:
        return f"a2020_{method}_{dataset}_transductive"

    made = [
        a_row(tables, named("krd", "cpf-cora"), {0: 0.75, 1: 0.75}),
        a_row(tables, named("bare", "cpf-cora"), {0: 0.5, 1: 0.75}),
        a_row(tables, named("krd", "cpf-a-photo"), {0: 0.51, 1: 0.53, 2: 0.52}, config={"seeds": 5}),
        a_row(tables, named("bare", "cpf-a-photo"), {0: 0.41, 1: 0.43, 2: 0.41}),
        a_row(tables, named("krd", "cpf-citeseer"), {0: 0.75}),
        a_row(tables, named("bare", "cpf-citeseer"), {0: 0.5, 1: 0.75}),
        a_row(tables, named("krd", "coauthor-cs"), {0: 0.75, 1: 0.75}),
    ]
    monkeypatch.setattr(tables, "rows", lambda: made)
    monkeypatch.setattr(tables, "QUESTIONS", {"Does it?": [("a2020_krd", "a2020_bare")], "And this?": [("a_x", "a_y")]})
    # Differences of cora: 25 and 0, as above; of a-photo: 10, 10 and 11, error 0.577 * sqrt(1/3 + 1/2), t = 19.6.
    assert tables.findings() == (
        "**Does it?** `krd` against `bare`: of 2 comparisons better in 1, no difference beyond chance in 1. Points of "
        "accuracy: cpf-cora test +12.50 [-212.12, +237.12] (p = 0.608, 2 splits); cpf-a-photo test +10.33 [+8.07, "
        "+12.60] (p = 0.003, 3 of 5 splits). Also not measured yet on cpf-citeseer test.\n\n"
        "**And this?** `x` against `y`: no rows."
    )


def test_costs_are_held_against_their_limits(tables: ModuleType, tmp_path: Path):
    path = tmp_path / "cost_codes.json"
    assert tables.cost_of_codes(path).count("not measured yet") == len(tables.COSTS)
    ratio = {"on": "cpf-cora", "ratio": 1.5, "with_ms": 3.0, "without_ms": 2.0, "ratios": [1.4, 1.5, 1.6]}
    made = {
        "krd": ratio,
        "memory": {"on": "sage", "gib": 6.01, "epoch_s": 1.25},
        "storage": {"on": "codes", "gib": 0.5},
    }
    path.write_text(json.dumps(made))
    krd, _, _, memory, storage = tables.cost_of_codes(path).splitlines()[2:]
    assert krd.endswith("cpf-cora | 1.50 × (3.0 / 2.0 ms; 1.40 to 1.60 in 3 repeats) | 1.5 × | yes |")
    assert memory.endswith("around sage | 6.01 GiB (1.2 s of CPU an epoch) | 6 GiB | **no** |")
    assert storage == "| file with codes | 0.50 GiB | 1 GiB | yes |"


@pytest.mark.parametrize("path", [p for p in ROWS if "light-hgnn-released" in p.name], ids=lambda path: path.stem)
def test_released_rows_differ_in_the_divergence_alone(tables: ModuleType, path: Path):
    row = tables.named()[path.stem]
    assert differing(row, tables.named()[row.against[0]]) == {"released_divergence"}


class TestHypergraphTables:
    """Two data sets, two splits; scores by hand."""

    SCORES: ClassVar[dict[str, dict[str, list[tuple[float, float]]]]] = {
        # label -> data set -> (teacher, student) of each split
        "mlp": {"acm4k": [(0.8, 0.6), (0.8, 0.7)], "mushroom": [(0.9, 0.9), (0.9, 0.8)]},
        "light-hgnn": {"acm4k": [(0.8, 0.8), (0.8, 0.7)], "mushroom": [(0.9, 0.8), (0.9, 0.9)]},
        "light-hgnn-plus": {"acm4k": [(0.8, 0.9), (0.8, 0.7)], "mushroom": [(0.9, 0.8)]},
    }

    @pytest.fixture
    def made(self, tables: ModuleType, tmp_path: Path) -> list[Any]:
        rows = []
        for label, by_set in self.SCORES.items():
            for dataset, scores in by_set.items():
                method = label.replace("-", "_")
                config = {"dataset": dataset, "teacher": "hgnn", "method": method, "seeds": 2}
                row = tables.Row(f"feng2024_{label}_{dataset}_transductive", {"config": config}, tmp_path)
                lines = [
                    {
                        "seed": seed,
                        "split": {"digest": f"{dataset} {seed}", "train": 50, "valid": 50, "seen": 50, "unseen": 0},
                        "teacher": {"test": teacher},
                        "student": {"test": student},
                        "config": row.config().identity(),
                    }
                    for seed, (teacher, student) in enumerate(scores)
                ]
                row.path.write_text("".join(json.dumps(line) + "\n" for line in lines))
                rows.append(row)
        return rows

    def test_a_line_for_each_data_set_and_their_mean_over_shared_splits(self, tables: ModuleType, made: list[Any]):
        board = tables.hypergraph_tables.board(made, "test", "transductive")
        acm, mushroom, mean = (line.strip("| ").split(" | ") for line in board.splitlines()[2:])
        assert acm[:5] == ["acm4k", "65.00 ± 5.00", "80.00 ± 0.00", "75.00 ± 5.00", "80.00 ± 10.00"]
        assert acm[5] == "+10.00 [-169.69, +189.69], p = 0.608"  # +20 and 0: error 14.14 * sqrt(1/2 + 1/2)
        assert acm[-1] == "2"
        assert mushroom[7:] == ["+0.00", "1 / 2"]
        assert mean[:5] == ["**mean**", "75.00", "85.00", "80.00", "80.00"]
        # Only the first split is everywhere: (0.8 + 0.8) / 2 - (0.6 + 0.9) / 2 and so on.
        assert mean[5:] == ["+5.00", "-5.00", "+5.00", "1"]

    def test_graphs_and_other_settings_are_left_out(self, tables: ModuleType, made: list[Any]):
        other = tables.Row("a2020_glnn_cpf-cora_transductive", {"config": {"dataset": "cpf-cora", "seeds": 2}})
        assert not other.hypergraph
        assert tables.hypergraph_tables.board([*made, other], "test", "transductive").count("\n") == 4
        assert tables.hypergraph_tables.board(made, "test", "inductive").count("\n") == 2

    def test_latency_is_told_for_each_hypergraph(self, tables: ModuleType, tmp_path: Path):
        cell = {"teacher_ms": 12.0, "student_ms": 0.1, "ratio": 118.6}
        graph = {"nodes": 5000, "hyperedges": 10, "incidences": 60}
        entry = {"name": "made up", "graph": graph, "requests": [cell] * 3, "everything": {**cell, "ratio": 1.25}}
        path = tmp_path / "latency.json"
        assert tables.hypergraph_tables.latency(path) == "Not measured yet."
        path.write_text(json.dumps({"hypergraphs": [entry]}))
        assert tables.hypergraph_tables.latency(path).splitlines()[-1] == (
            "| made up | 5,000 nodes, 10 hyperedges, 60 incidences | "
            + "12.00 / 0.100, **119×** | " * 3
            + "12.0 / 0.1, **1.2×** |"
        )
