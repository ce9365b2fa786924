from gnn2mlp.deploy import verify
from tests.graphs import finished


def test_the_directory_tells_every_figure_of_every_model() -> None:
    config = verify(finished().out / "student")
    assert {row["model"] for row in config["metrics"]} >= {"student", "size_only", "bag_of_labels"}
    assert config["metrics"][0]["model"] == "student"
    assert config["metrics"][0]["graphs"] == finished().results["seeds"][0]["split"]["test"]
    card = (finished().out / "student" / "README.md").read_text()
    assert "counts of node labels" in card
    assert "needs no edges" in card
