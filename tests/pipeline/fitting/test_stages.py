import numpy as np

from gnn2mlp.encoders import TableEncoder
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.pipeline.fitting.stages import needs_of, wide_columns


def test_long_texts_are_brought_to_fewer_columns() -> None:
    random = np.random.default_rng(0)
    texts = [" ".join(f"w{word}" for word in random.integers(300, size=8)) for _ in range(200)]
    encoder = TableEncoder().fit({"price": random.normal(size=200), "text": texts, "kind": ["a", "b"] * 100})
    found = wide_columns(encoder)
    names = [encoder.feature_names[place] for place in found]
    assert len(found) > 64
    assert all(name.startswith("text") for name in names)


def test_a_teacher_writes_down_what_the_method_reads_and_no_more() -> None:
    config = FitConfig(nodes="n.csv", edges="e.csv", id="page", label="kind")
    assert needs_of(config.resolve(9)) == ["logits"]
    assert "entropy_shift" in needs_of(config.model_copy(update={"method": config.method.parse("krd")}).resolve(9))
