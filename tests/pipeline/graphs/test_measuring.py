from tests.graphs import finished


def test_requests_and_passes_are_timed_of_both_models() -> None:
    latency = finished().results["latency"]
    assert {(row["model"], row["graphs"]) for row in latency["rows"]} == {
        (model, size) for model in ("teacher", "student") for size in (1, 10)
    }
    assert all(row["graphs_per_second"] > 0 for row in latency["throughput"])
