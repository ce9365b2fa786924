from typing import Any

import pytest

from gnn2mlp.pipeline.fitting.warnings import warnings_of


def facts(**changes: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "nodes": {"rows": 2000, "labelled": 1000},
        "edges": {"given": 9000, "dangling": 0, "duplicate": 0, "weighted": False, "lost_ends": []},
        "degrees": {"isolated": 10, "most": 40},
        "labels": {"classes": {"a": 600, "b": 400}},
        "homophily": {"edges": 3000, "adjusted": 0.6},
        "columns": [{"name": "x", "width": 2, "gaps": 10}],
        "split": {"train": 500, "valid": 200, "seen": 150, "unseen": 150},
    }
    return {key: {**value, **changes[key]} if key in changes else value for key, value in found.items()}


def told(report: dict[str, Any], columns: tuple[str, ...] = ()) -> str:
    return " ".join(f"{one['what']}: {one['remedy']}" for one in warnings_of(report, columns, {}))


def test_of_ordinary_tables_there_is_nothing_to_say() -> None:
    assert told(facts()) == ""


@pytest.mark.parametrize(
    ("report", "message"),
    [
        (
            facts(edges={"dangling": 4000, "lost_ends": ["'9'", "'7'"]}),
            "4,000 of 9,000 edges lead to an id that no row",
        ),
        (facts(edges={"dangling": 4000, "lost_ends": ["'9'", "'7'"]}), "such as '9', '7'; they are left out"),
        (facts(edges={"duplicate": 4000}), "each counts once: where how often matters"),
        (facts(degrees={"isolated": 900}), "900 of 2,000 rows have no edge"),
        (facts(degrees={"most": 1500}), "one row is linked with 1,500 of 2,000"),
        (facts(nodes={"labelled": 90}), "only 90 rows are labelled"),
        (facts(labels={"classes": {"a": 600, "b": 3}}), "classes with fewer than 10 labelled rows: b (3)"),
        (facts(labels={"classes": {"a": 600, "b": 12}}), "--set task.class_weight=balanced"),
        (facts(labels={"classes": {"a": 600, "Unknown": 400}}), "a class is called 'Unknown'"),
        (facts(homophily={"adjusted": 0.02}), "hardly more often than by chance (adjusted homophily 0.02)"),
        (facts(split={"unseen": 30}), "only 30 rows test as unseen"),
        (facts(split={"valid": 30}), "only 30 rows validate: they choose epochs"),
        (
            {**facts(), "columns": [{"name": "x", "width": 2, "gaps": 1500}]},
            "half of the rows have no value in 'x'",
        ),
    ],
)
def test_what_is_worth_a_word_is_said_with_a_remedy(report: dict[str, Any], message: str) -> None:
    assert message in told(report)
    assert all(one["remedy"] for one in warnings_of(report, (), {}))


def test_what_encoders_and_telltales_say_is_passed_on() -> None:
    assert "column 'z': odd" in told(facts(), ("column 'z': odd",))
    found = warnings_of(facts(), (), {"closed": 0.995})
    assert "column 'closed' tells the label by itself, of 99.5 %" in found[0]["what"]


def test_few_labelled_pairs_say_nothing_of_homophily() -> None:
    assert told(facts(homophily={"adjusted": 0.02, "edges": 20})) == ""
    assert told(facts(homophily={"adjusted": None})) == ""
