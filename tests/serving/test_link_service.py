"""A server of links."""

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy import LinkPredictor, score_pairs, score_top
from gnn2mlp.deploy.link_search import Best
from gnn2mlp.serving import LinkService, NodeFiles, Settings
from gnn2mlp.serving.refusal import RefusalError
from tests.deploy.links import DECODERS
from tests.serving import linked
from tests.serving.linked import NEW, NODES, ids_of
from tests.serving.served import close, run, running


def asked(folder: Path, ask: Any, **settings: Any) -> Any:
    return running(LinkService, folder / "pages", ask, **{"nodes": NodeFiles(folder / "nodes.parquet"), **settings})


@pytest.mark.parametrize("decoder", DECODERS)
def test_it_agrees_with_the_predictor_and_with_scored_tables(decoder: Any, tmp_path: Path) -> None:
    linked.saved(tmp_path, decoder=decoder)
    linked.files(tmp_path)
    predictor = LinkPredictor.load(tmp_path / "pages")
    some = {"candidates": tmp_path / "some.csv", "known": tmp_path / "known.csv"}
    pd.DataFrame({"page": [f"p{row}" for row in (1, 2, 3, 7, 9, 12, 20)]}).to_csv(some["candidates"], index=False)
    pairs = pd.DataFrame({"source": ["p1", "p5"], "target": ["p2", "p20"]})
    pairs.to_parquet(tmp_path / "pairs.parquet")

    async def ask(service: LinkService) -> Any:
        return (await service.top(["p3", "p5"], 4))[1], (await service.predict(pairs.to_dict("records")))[1]

    nodes, out = tmp_path / "nodes.parquet", tmp_path / "top.parquet"
    for more in ({}, some, {**some, "shortlist": 7}):
        found, scores = asked(tmp_path, ask, nodes=NodeFiles(nodes, **more))
        score_top(predictor, nodes, out, 4, id_column="page", asked=["p3", "p5"], overwrite=True, **more)
        lines = pq.read_table(out).to_pandas()
        assert [one for node in found for one in ids_of(node)] == lines["candidate"].tolist()
        assert close([one["score"] for node in found for one in node], lines["score"])
    score_pairs(predictor, tmp_path / "pairs.parquet", nodes, tmp_path / "scores.parquet", id_column="page")
    written = pq.read_table(tmp_path / "scores.parquet")["score"].to_numpy()
    assert close([one["score"] for one in scores], written)
    assert close(written, predictor.score_pairs(NODES, list(zip(*pairs.to_dict("list").values(), strict=True))))


def test_a_new_node_is_answered_from_its_columns_alone(tables: Path) -> None:
    both = [NEW, {**NEW, "page": "unheard of"}, {**NEW, "page": "p3"}, "p3"]
    _, (new, named, renewed, known) = asked(tables, lambda service: service.top(both, 24))
    top = LinkPredictor.load(tables / "pages").index(NODES).top_for(NEW, 24)
    assert ids_of(new) == top.ids.tolist()
    assert close([one["score"] for one in new], top.scores)
    assert named == new
    assert [one for one in new if one["page"] != "p3"] == renewed  # which is no candidate of itself
    assert len(known) == 23
    assert ids_of(known) != ids_of(renewed)


def test_known_links_are_left_out_of_a_known_node(tables: Path) -> None:
    files = NodeFiles(tables / "nodes.parquet", known=tables / "known.csv")
    _, (known, new) = asked(tables, lambda service: service.top(["p3", NEW], 24), nodes=files)
    assert {"p3", "p7", "p9"}.isdisjoint(ids_of(known))
    assert len(known) == 21
    assert len(new) == 24


def test_scores_have_the_digits_of_single_precision(tables: Path) -> None:
    model, (found,) = asked(tables, lambda service: service.predict({"source": "p1", "target": "p2"}))
    exact = model.predictor.score(model.nodes.vectors[1], model.nodes.vectors[2])[0]
    assert np.float32(found["score"]) == exact
    assert len(str(found["score"])) < 13


def test_company_changes_no_answer(tables: Path) -> None:
    async def ask(service: LinkService) -> list[Any]:
        values = ["p1", [NEW, "p2"], {**NEW, "likes": "many"}, {**NEW, "likes": 3}]
        together = await asyncio.gather(*(service.top(one, 3) for one in values), return_exceptions=True)
        return [*together, await service.top(NEW, 3)]

    one, two, bad, other, alone = asked(tables, ask)
    assert isinstance(bad, DataError)
    assert ids_of(two[1][0]) == ids_of(alone[1][0])
    assert close([each["score"] for each in two[1][0]], [each["score"] for each in alone[1][0]])
    assert [len(found[1]) for found in (one, two, other)] == [1, 2, 1]


def test_nothing_asked_is_nothing_answered(tables: Path) -> None:
    async def ask(service: LinkService) -> Any:
        return (await service.top([]))[1], (await service.predict([]))[1]

    assert asked(tables, ask) == ([], [])


def test_a_search_is_never_made_in_the_loop(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[bool] = []

    async def ask(service: LinkService) -> None:
        search = service.model.nodes.search  # type: ignore[union-attr]
        best = search.best

        def noted(*given: Any) -> Any:
            threads.append(threading.current_thread() is threading.main_thread())
            return best(*given)

        monkeypatch.setattr(search, "best", noted)
        for _ in range(3):
            await service.top("p1", 1)

    asked(tables, ask)
    assert threads == [False] * 3


def test_a_search_that_takes_too_long_is_given_up(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Any] = []

    async def ask(service: LinkService) -> int:
        search = service.model.nodes.search  # type: ignore[union-attr]
        monkeypatch.setattr(
            search,
            "best",
            lambda *given: (time.sleep(0.03), done.append(given), Best(np.zeros(1, np.int64), np.zeros(1, np.float32)))[
                2
            ],
        )
        with pytest.raises(RefusalError, match="too long|more than") as told:
            await service.top(["p1"] * 50, 1)
        return told.value.status

    monkeypatch.setattr("gnn2mlp.serving.link_questions._SCORED", 1)
    assert asked(tables, ask, seconds=0.1) == 503
    assert len(done) < 10


def test_who_asks_for_one_node_need_not_wait_for_who_asks_for_many(
    tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gnn2mlp.serving.link_questions._SCORED", 24)

    async def ask(service: LinkService) -> list[str]:
        done: list[str] = []

        async def one(name: str, value: Any) -> None:
            await service.top(value, 1)
            done.append(name)

        many = asyncio.create_task(one("many", ["p1"] * 50))
        await asyncio.sleep(0)
        await asyncio.gather(one("few", "p2"), many)
        return done

    assert asked(tables, ask) == ["few", "many"]


def test_another_model_or_table_is_taken_up_while_it_runs(tmp_path: Path) -> None:
    linked.saved(tmp_path)
    linked.files(tmp_path)

    async def replaced(service: LinkService) -> list[Any]:
        async def until(changed: Any) -> None:
            for _ in range(500):
                await asyncio.sleep(0.01)
                await service.top("p1", 1)  # the old one goes on
                if changed():
                    return

        before = service.model
        linked.files(tmp_path, linked.table(30))
        await until(lambda: service.model is not before)
        grown = service.model
        linked.saved(tmp_path, decoder=DECODERS[0])
        await until(lambda: service.model.version != grown.version)
        linked.NODES[["page"]].to_parquet(tmp_path / "nodes.parquet")  # which lacks its columns
        await until(lambda: "refused" in service.metrics.text()[0].decode())
        return [before, grown, service.model, service.metrics.text()[0].decode()]

    before, grown, after, metrics = asked(tmp_path, replaced, watch=0.01)
    assert [len(one.nodes) for one in (before, grown, after)] == [24, 30, 30]
    assert before.version == grown.version != after.version
    assert 'gnn2mlp_reloads_total{outcome="refused"}' in metrics


def test_it_says_what_it_reads(tables: Path) -> None:
    service = LinkService(tables / "pages", Settings(nodes=NodeFiles(tables / "nodes.parquet", shortlist=24)))
    told = service.about()
    assert [one["name"] for one in told["columns"]] == linked.READS
    assert (told["id"], told["nodes"], told["candidates"], told["title"]) == ("page", 24, 24, "Pages")
    assert told["recall"] == {"k": 10, "queries": 20, "mean": 1.0, "least": 1.0}
    assert told["example"] == {"source": {"page": "p0"}, "target": told["new_node"]}
    alone = LinkService(tables / "pages").about()
    assert (alone["id"], alone["nodes"], alone["known_node"]) == (None, None, None)
    with pytest.raises(RefusalError, match="does not answer yet"):
        run(lambda: service.top("p1", 1))


def test_a_teacher_is_not_asked_about_links(tables: Path) -> None:
    with pytest.raises(ConfigError, match="a teacher is asked about classes of rows"):
        LinkService(tables / "pages", Settings(teacher="http://127.0.0.1:1/"))
