import pytest

from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets.ogbn import OgbnArxiv, OgbnProducts


@pytest.mark.parametrize(
    ("cls", "student", "sage"),
    [
        (OgbnArxiv, {"lr": 0.01, "dropout": 0.2}, {"lr": 0.01, "dropout": 0.2, "batch_size": 512}),
        (OgbnProducts, {"lr": 0.003, "dropout": 0.5}, {"lr": 0.003, "dropout": 0.5, "epochs": 40, "patience": 10}),
    ],
)
def test_the_recipe_is_glnns(cls: type[OgbnArxiv], student: dict[str, float], sage: dict[str, float]) -> None:
    mlp = {"hidden": 256, "layers": 3, "norm": "batch", "dropout": student["dropout"]}
    assert cls.recipe["student"]["mlp"] == mlp
    assert cls.recipe["distill"]["lr"] == student["lr"]
    assert cls.recipe["teacher"]["sage"].items() >= {**mlp, **sage, "fanouts": (5, 10, 15), "weight_decay": 0.0}.items()


def test_the_official_split_may_lack_classes() -> None:
    assert OgbnProducts.split == Spec("own", every_class=False)
