"""What `score_table` asks of a scorer."""

import inspect

from gnn2mlp.deploy import BatchScorer
from gnn2mlp.deploy.pair_scorer import PairScorer
from gnn2mlp.deploy.table_scorer import TableScorer
from gnn2mlp.deploy.top_scorer import TopScorer


def test_every_scorer_offers_what_is_asked() -> None:
    asked = [name for name in vars(TableScorer) if name in ("identity", "output_schema", "prepare", "__call__")]
    assert len(asked) == 4
    for scorer in (BatchScorer, PairScorer, TopScorer):
        assert all(name in vars(scorer) for name in asked)
        assert [*inspect.signature(scorer.prepare).parameters] == ["self", "folder", "files", "progress"]
