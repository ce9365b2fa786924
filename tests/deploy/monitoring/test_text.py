from gnn2mlp.deploy.monitoring import Check, ColumnDrift, Monitored
from gnn2mlp.deploy.monitoring.text import WIDTH, as_text, p_text


def test_no_line_is_longer_than_sixty_characters_and_the_rest_is_counted() -> None:
    drifted = Check("values", "PSI", 12.5, 0.2, 0.0, 1e-300, True)
    accuracy = Check("accuracy", "points", 0.1, 0.03, 0.0, 0.0, True, 0.9, 0.8)
    quiet = [ColumnDrift(f"column {k}", "number", [Check("gaps", "points", 0.0, 0.05, 1.0)]) for k in range(30)]
    found = Monitored(
        10**9, 10**9, [ColumnDrift("a name that goes on and on and on", "number", [drifted]), *quiet], [accuracy],
        extra=["one", "two"], unanswered=7, basis="rows that were held back",
    )  # fmt: skip
    lines = as_text(found).splitlines()
    assert max(map(len, lines)) <= WIDTH
    text = " ".join(" ".join(lines).split())
    for told in ("<1e-9 !", "and 18 more columns", "Accuracy 80.0 %, 90.0 %", "'one'", "7 of 1,000,000,000"):
        assert told in text, told


def test_p_values_are_short() -> None:
    assert [p_text(p) for p in (0.5, 1e-5, 0.0)] == ["0.5", "1e-05", "<1e-9"]
