from typing import Any

import numpy as np

from gnn2mlp.explore import disagreement
from gnn2mlp.pipeline import FitResult


def test_a_fit_compares_all_models_on_ids_and_columns_of_the_table(
    fitted: FitResult, company_tables: dict[str, Any]
) -> None:
    assert fitted.out is not None
    told = fitted.results["disagreement"]
    assert told["page"] == ".work/disagreement.html"
    assert (fitted.out / told["page"]).exists()
    found = disagreement(fitted.out)
    assert found.answered.models == ("teacher", "student", "mlp", "linear", "boosting")
    assert found.answered.tested == ("unseen", "seen")
    assert "country" in found.attributes
    rows = found.answered.rows_of("unseen")
    scored = fitted.results["scores"]["boosting"]["unseen"]
    assert np.isclose(1 - found.answered.errors["boosting"][rows].mean(), scored["value"])
    assert not any(one.startswith("'") for one in found.answered.ids)
    assert "price" in found.answered.texts[0]
    assert not (fitted.out / "disagreement.html").exists()  # rows of a user's table do not ship
