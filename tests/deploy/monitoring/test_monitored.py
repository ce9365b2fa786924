import json

from gnn2mlp.deploy.monitoring import Check, ColumnDrift, Monitored
from gnn2mlp.deploy.monitoring.monitored import shown

DRIFTED, QUIET = Check("values", "PSI", 0.5, 0.2, 0.0, 0.0, True), Check("gaps", "points", 0.01, 0.05, 0.4)
COLUMNS = [ColumnDrift("<b>", "number", [QUIET, DRIFTED]), ColumnDrift("age", "number", [QUIET])]


def test_the_verdict_names_what_drifted() -> None:
    found = Monitored(100, 1000, COLUMNS, [QUIET])
    assert found.drifted
    assert found.exit_code == 1
    assert found.sentence == "Drift in column '<b>' (100 rows, 2 columns)."
    assert repr(found) == """Monitored(rows=100, drifted=["column '<b>'"])"""
    assert COLUMNS[0].worst == DRIFTED
    assert json.loads(json.dumps(found.to_dict()))["columns"][0]["checks"][1]["drifted"] is True
    assert "&lt;b&gt;" in found._repr_html_()
    assert "<b>'" not in found._repr_html_()


def test_without_drift_and_without_an_answer() -> None:
    assert Monitored(100, 1000, COLUMNS[1:]).exit_code == 0
    assert Monitored(100, 1000, COLUMNS[1:]).sentence == "No drift was found in 1 column of 100 rows."
    missing = Monitored(100, 1000, [], missing=["age"])
    assert missing.exit_code == 1
    assert "it has no column 'age'" in missing.sentence
    assert ColumnDrift("x", "number", problem="of another type").drifted


def test_a_fall_is_told_as_one() -> None:
    assert shown(Check("accuracy", "points", 0.1, 0.03, 0.0, then=0.9, now=0.8)) == "-10.0 points"
