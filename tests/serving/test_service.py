"""What a server does, whatever protocol asks."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.deploy import NodeRouter
from gnn2mlp.evaluate.routing import Router
from gnn2mlp.serving import Service, Settings
from gnn2mlp.serving.predictions import Wanted
from gnn2mlp.serving.refusal import RefusalError
from gnn2mlp.serving.service import Answered
from tests.serving import served
from tests.serving.served import run


def with_service(folder: Path, ask: Any, **settings: Any) -> Any:
    async def all_of_it() -> Any:
        service = Service(folder, Settings(**{"watch": 0, **settings}))
        await service.start()
        try:
            return await ask(service)
        finally:
            await service.stop()

    return run(all_of_it)


def predicted(folder: Path, value: Any, **settings: Any) -> Answered:
    found: Answered = with_service(folder, lambda service: service.predict(value, Wanted()), **settings)
    return found


def test_rows_are_answered_by_a_version(folder: Path) -> None:
    found = predicted(folder, served.table_rows())
    assert [one["label"] for one in found.predictions] == served.of_columns().predict(served.TABLE).tolist()
    assert predicted(folder, []).predictions == []
    with pytest.raises(DataError, match="since"):
        predicted(folder, {**served.ROW, "since": "never"})


def test_one_row_is_explained(folder: Path) -> None:
    _, found = with_service(folder, lambda service: service.explain(served.ROW))
    assert {one["name"] for one in found["columns"]} == set(served.TABLE)
    with pytest.raises(RefusalError, match="expected one row"):
        with_service(folder, lambda service: service.explain([served.ROW]))


def test_who_asks_before_it_started_is_told_to_wait(folder: Path) -> None:
    service = Service(folder, Settings(watch=0))
    assert not service.ready
    with pytest.raises(RefusalError, match="does not answer yet"):
        run(lambda: service.predict(served.ROW, Wanted()))


def test_another_version_is_taken_up_while_it_runs(folder: Path, tmp_path: Path) -> None:
    import asyncio

    place = tmp_path / "model"
    shutil.copytree(folder, place)

    async def replaced(service: Service) -> tuple[str, str]:
        before = (await service.predict(served.ROW, Wanted())).model.version
        served.saved(place, served.of_columns(seed=3))
        for _ in range(500):
            await asyncio.sleep(0.01)
            after = (await service.predict(served.ROW, Wanted())).model.version
            if after != before and service.metrics.text()[0].decode().count(f'version="{after}"'):
                break
        return before, after

    before, after = with_service(place, replaced, watch=0.01)
    assert before != after


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
    async def ask(service: Service) -> Any:
        service._teacher = teacher  # type: ignore[assignment]
        rows = [{**served.ROW, "id": "n1"}, {**served.table_rows()[1], "id": "n2"}]
        return (await service.predict(rows, Wanted(coverage=0.9))).predictions

    found: list[dict[str, Any]] = with_service(folder, ask, teacher="http://127.0.0.1:1/", teacher_below=below, **more)
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
    with pytest.raises(ConfigError, match="expected a teacher with a router"):
        Settings(router="router.safetensors")
    with pytest.raises(ArtefactError, match="expected a router artefact at"):
        Service(folder, Settings(teacher="http://127.0.0.1:1/", router=str(tmp_path / "none")))


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
        Service(place, Settings(teacher="http://127.0.0.1:1/"))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"queue": 0}, "queue"),
        ({"batch_rows": 0}, "batch_rows"),
        ({"batch_wait": -1}, "batch_wait of 0 seconds or more"),
        ({"watch": float("nan")}, "watch of 0 seconds or more"),
        ({"seconds": 0}, "seconds above 0"),
        ({"token": ""}, "an empty one"),
    ],
)
def test_settings_are_checked(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Settings(**wrong)


def test_a_token_is_in_no_repr() -> None:
    assert "secret" not in repr(Settings(token="secret", teacher_token="secret"))
