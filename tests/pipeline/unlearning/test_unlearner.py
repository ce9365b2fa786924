import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.pipeline.unlearning import UNLEARNERS
from tests.pipeline.unlearning.conftest import Make


@pytest.mark.parametrize("name", UNLEARNERS.names())
def test_every_way_says_what_it_is(name: str) -> None:
    way = UNLEARNERS.get(name)
    assert way.forgets
    assert len(way.citation) > 15
    assert way.exact == (not way.leaves)
    assert (way.__doc__ or "").splitlines()[0].endswith((".", ":"))


def test_the_shape_of_what_is_forgotten(make: Make) -> None:
    one = make([3, 17])
    assert one.removal.counts == {"nodes": 2, "edges": 0}
    assert one.job.graph.num_nodes == 88
    assert "logits" in one.needs
    with pytest.raises(ConfigError, match="method 'redistil' lets no teacher forget"):
        UNLEARNERS.get("redistil")().check("teacher")
