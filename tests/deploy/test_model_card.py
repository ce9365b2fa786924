from typing import Any

import pytest
import yaml

from gnn2mlp.deploy.about import checked
from gnn2mlp.deploy.description import describe
from gnn2mlp.deploy.model_card import figure, model_card
from tests.deploy.models_of import ABOUT, ROW, TASKS, model


def card(kind: str = "classes", about: dict | None = None, files: tuple[str, ...] = (), **options: object) -> str:
    return model_card(describe(model(kind, **options), checked(ABOUT if about is None else about)), files)


def header(text: str) -> dict:
    return yaml.safe_load(text.removeprefix("---\n").split("\n---\n")[0])


def test_the_hub_reads_its_header() -> None:
    hub = pytest.importorskip("huggingface_hub")
    read = hub.ModelCard(card())
    assert (read.data.license, read.data.library_name, read.data.model_name) == ("apache-2.0", "gnn2mlp", "Pages")
    assert {"gnn2mlp", "pages", "node-classification"} <= set(read.data.tags)
    (result,) = read.data.eval_results
    assert (result.metric_type, result.metric_value, result.dataset_split) == ("accuracy", 0.834, "unseen")
    assert result.metric_name == "accuracy 82.1 to 84.6 % (95 %)"
    assert hub.ModelCard(str(read)).data.to_dict() == read.data.to_dict()


def test_no_license_is_made_up() -> None:
    assert "license" not in header(card(about={}))
    assert "model-index" not in header(card(about={}))


def test_results_name_population_model_and_interval() -> None:
    text = card()
    assert "| unseen | student | accuracy | 83.4 % | 82.1 to 84.6 % (95 %) | 1,234 |" in text
    assert "| unseen | plain MLP | accuracy | 76.8 % |  | 1,234 |" in text
    assert "- unseen: nodes that appeared after training" in text
    assert "No figures were saved" in card(about={})


@pytest.mark.parametrize(
    ("teacher", "told"),
    [
        ("heuristic", "from a teacher that reads the graph (`heuristic`) by the method `llp`"),
        ({"name": "sage", "hidden": 8}, "a teacher that reads the graph (`sage`) by"),
        ({"name": "link", "encoder": {"name": "gat"}}, "(`link` around `gat`) by"),
        ({"name": "vq", "encoder": "sage"}, "(`vq` around `sage`) by"),
        (None, "needs no edges. It was trained by the method `llp`"),
    ],
)
def test_the_teacher_is_named_and_is_not_said_to_be_what_it_is_not(teacher: Any, told: str) -> None:
    assert told in card(about={"training": {"teacher": teacher, "method": "llp"}})


@pytest.mark.parametrize("kind", list(TASKS))
def test_it_says_what_is_answered_and_read(kind: str) -> None:
    text = card(kind, names=["f0", "f1", "f2", "f|3"])
    assert {"classes": "`bee`", "labels": "0.4, 0.5, 0.6", "values": "answers numbers"}[kind] in text
    assert r"`f0`, `f1`, `f2`, `f\|3`" in text
    assert "4 numbers for each node, in the order of training" in card(kind)
    assert ("## Calibration" in text) == (kind != "values")


def test_calibration_says_what_is_promised() -> None:
    text = card(about={"calibrated": {"error_before": 0.205, "error_after": 0.021}}, calibrated=True)
    assert "divided by 1.5 (temperature scaling, fitted on 210 labelled nodes)" in text
    assert "hold the true one with a chance of 90 %" in text
    assert "`outlier_score` above -1.25" in text
    assert "- error after: 0.021" in text


def test_facts_of_facts_are_lines_below_theirs() -> None:
    text = card(about={"calibrated": {"ece": {"seen": {"before": 0.2}, "unseen": {"before": 0.3, "after": None}}}})
    assert "- ece:\n  - seen: before 0.2\n  - unseen: before 0.3\n" in text


def test_limits_citations_and_how_to_load() -> None:
    text = card(files=("model.onnx",))
    for words in ("exchangeability", "drift", "other languages", "Rozemberczki", "Predictor.load", "gnn2mlp check"):
        assert words in text
    assert 'InferenceSession("FOLDER/model.onnx")' in text
    assert "InferenceSession" not in card()


def test_many_columns_are_not_all_listed() -> None:
    config = describe(model(), {})
    config["feature_names"] = [f"f{number}" for number in range(100)]
    text = model_card(config, ())
    assert "`f59` and 40 more (all in config.json)" in text
    row = {"name": "x", "dtype": "str", "role": "feature", "encoder": "text", "width": 3, "reason": "words"}
    config["columns"] = [{**row, "name": f"c{number}"} for number in range(61)]
    text = model_card(config, ())
    assert "| `c59` | str | feature | text | 3 | words |" in text
    assert "And 1 more; config.json has all." in text
    assert "A category that training did not have" in text


def test_names_cannot_break_out() -> None:
    text = card(about={"name": "x\n---\n<script>", "summary": "a\n# b", "metrics": [{**ROW, "population": "a|b"}]})
    assert "<script>" not in text.split("\n---\n")[1]
    assert "\n# b" not in text
    assert header(text)["model-index"][0]["name"] == "x --- <script>"
    assert r"| a\|b | student" in text


def test_figures_are_written_as_people_read_them() -> None:
    assert figure("accuracy", 1) == "100.0 %"
    assert figure("rmse", 1234.5) == "1234"
    assert figure("ROC AUC", 0.5) == figure("roc_auc", 0.5) == "50.0 %"
