from gnn2mlp.deploy.about import checked
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.links.records import score_all
from gnn2mlp.pipeline.links.shipping import about_links


def test_the_directory_is_told_both_metrics_of_every_population(link_job: Job) -> None:
    (scored,) = score_all(link_job, [0])
    about = checked(about_links(link_job, scored))
    rows = {(row["metric"], row["population"], row["model"]) for row in about["metrics"]}
    for population in scored.record["scores"]["student"]:
        assert {(metric, population, "student") for metric in ("auc", "hits@20")} <= rows
        assert ("auc", population, "teacher (reads the graph)") in rows
    assert f"{scored.record['split']['train']:,} links" in about["summary"]
    assert any("Linkless" in citation for citation in about["citations"])
