"""A server of rows, whatever protocol asks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.deploy import NodeRouter
from gnn2mlp.evaluate.routing import Router
from gnn2mlp.serving import NodeFiles, RowService, Settings
from gnn2mlp.serving.predictions import Wanted
from gnn2mlp.serving.refusal import RefusalError
from gnn2mlp.serving.row_service import Answered
from tests.serving import served
from tests.serving.served import running


def predicted(folder: Path, value: Any, **settings: Any) -> Answered:
    found: Answered = running(RowService, folder, lambda service: service.predict(value, Wanted()), **settings)
    return found


def test_rows_are_answered_by_a_version(folder: Path) -> None:
    found = predicted(folder, served.table_rows())
    assert [one["label"] for one in found.predictions] == served.of_columns().predict(served.TABLE).tolist()
    assert predicted(folder, []).predictions == []
    with pytest.raises(DataError, match="since"):
        predicted(folder, {**served.ROW, "since": "never"})


def test_one_row_is_explained(folder: Path) -> None:
    _, found = running(RowService, folder, lambda service: service.explain(served.ROW))
    assert {one["name"] for one in found["columns"]} == set(served.TABLE)
    with pytest.raises(RefusalError, match="expected one row"):
        running(RowService, folder, lambda service: service.explain([served.ROW]))


class Teacher:
    """Stands for one behind an address."""

    rests = False

    def __init__(self, answer: Any):
        self.answer, self.asked = answer, []  # type: ignore[var-annotated]

    async def ask(self, rows: Any, classes: Any) -> Any:
        self.asked.append(list(rows))
        if isinstance(self.answer, Exception):
            raise self.answer
        return np.array([self.answer] * len(rows))

    def stop(self) -> None:
        pass


def cascade(folder: Path, teacher: Teacher, below: float = 1.1, **more: Any) -> list[dict[str, Any]]:
    async def ask(service: RowService) -> Any:
        service._teacher = teacher  # type: ignore[assignment]
        rows = [{**served.ROW, "id": "n1"}, {**served.table_rows()[1], "id": "n2"}]
        return (await service.predict(rows, Wanted(coverage=0.9))).predictions

    found: list[dict[str, Any]] = running(
        RowService, folder, ask, teacher="http://127.0.0.1:1/", teacher_below=below, **more
    )
    return found


def test_a_teacher_is_asked_with_whole_rows_where_the_student_is_not_sure(folder: Path) -> None:
    teacher = Teacher([0.0, 0.0, 1.0])
    found = cascade(folder, teacher)
    assert [row["id"] for row in teacher.asked[0]] == ["n1", "n2"]
    assert [(one["label"], one["answered_by"], one["set"]) for one in found] == 2 * [("zoo", "teacher", None)]
    nobody = Teacher([0.0, 0.0, 1.0])
    assert [one["answered_by"] for one in cascade(folder, nobody, below=0.0)] == ["student", "student"]
    assert nobody.asked == []


def test_a_router_says_of_which_nodes_it_is_asked(folder: Path, tmp_path: Path) -> None:
    router = NodeRouter(Router((9.0, 0.0), (0.0, 0.0, 1.0)), ["n1", "n2"], [5.0, -5.0])
    teacher = Teacher([0.0, 0.0, 1.0])
    found = cascade(folder, teacher, 0.5, router=str(router.save(tmp_path / "router.safetensors")))
    assert [one["answered_by"] for one in found] == ["student", "teacher"]
    assert [row["id"] for row in teacher.asked[0]] == ["n2"]
    unnamed = {"router": str(tmp_path / "router.safetensors"), "router_id": "no such column"}
    assert [one["answered_by"] for one in cascade(folder, teacher, 0.5, **unnamed)] == ["student", "student"]
    with pytest.raises(ArtefactError, match="expected a router artefact at"):
        RowService(folder, Settings(teacher="http://127.0.0.1:1/", router=str(tmp_path / "none")))


@pytest.mark.parametrize("answer", [DataError("the teacher did not answer (gone)"), [0.5, 0.5], [3.0, 1.0, 1.0]])
def test_where_a_teacher_fails_the_students_answer_stays_and_says_so(folder: Path, answer: Any) -> None:
    alone = predicted(folder, [served.ROW, served.table_rows()[1]]).predictions
    found = cascade(folder, Teacher(answer))
    assert [one["label"] for one in found] == [one["label"] for one in alone]
    assert all(one["answered_by"] == "student" and "teacher" in one["teacher"] for one in found)
    resting = Teacher(answer)
    resting.rests = True
    assert cascade(folder, resting)[0]["teacher"].startswith("not asked")
    assert resting.asked == []


def test_what_answers_numbers_has_no_teacher(tmp_path: Path) -> None:
    place = served.saved(tmp_path / "values", served.of_numbers("values"))
    with pytest.raises(ConfigError, match="one class for each row"):
        RowService(place, Settings(teacher="http://127.0.0.1:1/"))


def test_nodes_go_with_links_alone(folder: Path) -> None:
    with pytest.raises(ConfigError, match="for a model of links .* answers for rows of nodes; leave them out"):
        RowService(folder, Settings(nodes=NodeFiles("nodes.parquet")))
