"""`gnn2mlp serve` as a process: what is sent to it, how it is killed, and what is put in its place."""

import http.client
import json
import os
import random
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="needs the extra 'serve'")
pytest.importorskip("uvicorn", reason="needs the extra 'serve'")

from gnn2mlp.deploy import verify
from gnn2mlp.serving.model import load_model
from tests.integration import malformed
from tests.integration.serving import PATIENCE, Running
from tests.serving import linked, served

pytestmark = pytest.mark.integration

REQUESTS = 1000
LARGE = 100_000_000
# More than this are for a long look: GNN2MLP_KILLS=20.
KILLS = int(os.environ.get("GNN2MLP_KILLS", "3"))


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two versions of a model."""
    folder = tmp_path_factory.mktemp("versions")
    return [served.saved(folder / f"v{seed}", served.of_columns(seed)) for seed in range(2)]


@pytest.fixture
def place(versions: list[Path], tmp_path: Path) -> Path:
    """The first of them, where it may be replaced."""
    shutil.copytree(versions[0], tmp_path / "model")
    return tmp_path / "model"


def answers(folder: Path) -> tuple[str, list[Any]]:
    """The version in a directory, and what it says of the rows of the table."""
    return load_model(folder).version, served.of_columns(int(folder.name[1:])).predict(served.TABLE).tolist()


def test_a_thousand_malformed_requests_are_answered_with_a_sentence_and_leave_nothing(place: Path) -> None:
    with Running(place) as server:
        for _, body in malformed.bodies(100, seed=1):  # what is read for the first time stays in memory
            server.ask("POST", "/predict", body)
        before = server.metric("process_resident_memory_bytes")
        seen: Counter[int] = Counter()
        for number, (what, body) in enumerate(malformed.bodies(REQUESTS)):
            path = ("/predict", "/explain", "/v2/models/model/infer")[number % 3]
            status, told, _ = server.ask("POST", path, body)
            assert 400 <= status < 500, (what, path, body[:80], told)
            assert len(told["error"].split()) > 4, (what, told)
            seen[status] += 1
        for large in (b"x" * LARGE, iter([b"x" * 1_000_000] * 100)):
            status, told, _ = server.ask("POST", "/predict", large)
            assert (status, "at most 1,048,576 bytes" in told["error"]) == (413, True)
        for number in range(50):
            found = server.raw(random.Random(number).randbytes(300) + b"\r\n\r\n")
            assert not found or found.startswith(b"HTTP/1.1 4"), found[:100]
        assert set(seen) == {400, 422}
        assert server.predict(served.ROW)[0] == 200
        assert server.metric('gnn2mlp_requests_total{code="5') == 0
        assert server.metric("gnn2mlp_queue_requests") == 0
        assert server.metric("process_resident_memory_bytes") - before < 24 * 2**20


def test_past_the_bound_there_is_503_and_never_a_wait(place: Path) -> None:
    with Running(place, "--queue", "4", "--batch-wait", "200") as server, ThreadPoolExecutor(40) as clients:
        begin = time.monotonic()
        found = [*clients.map(lambda _: server.predict(served.ROW), range(120))]
        assert time.monotonic() - begin < PATIENCE
        counts = Counter(status for status, _, _ in found)
        assert set(counts) == {200, 503}
        assert all(headers["retry-after"] == "1" for status, _, headers in found if status == 503)
        assert server.predict(served.ROW)[0] == 200
        assert server.metric("gnn2mlp_queue_requests") == 0


def test_a_signal_lets_what_is_inside_finish(place: Path) -> None:
    server = Running(place, "--batch-wait", "500").start()
    with ThreadPoolExecutor(4) as clients:
        asked = [clients.submit(server.predict, served.ROW) for _ in range(4)]
        while server.metric("gnn2mlp_queue_requests") < 4:
            time.sleep(0.01)
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)
        assert [one.result()[0] for one in asked] == [200] * 4
    assert server.process.wait(PATIENCE) == 0


class Load:
    """Clients that ask all the time, and note what they are told."""

    def __init__(self, server: Running, expected: dict[str, list[Any]]):
        self.server, self.expected = server, expected
        self.faults: list[str] = []
        self.seen: Counter[str] = Counter()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(4)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        while not self._ended.is_set():
            try:
                status, told, headers = self.server.predict(served.table_rows())
            except (OSError, ValueError, http.client.HTTPException):  # it was killed meanwhile
                self.seen["gone"] += 1
                time.sleep(0.02)
                continue
            version = headers.get("x-model-version", "")
            labels = [one["label"] for one in told["predictions"]] if status == 200 else told
            if status != 200 or told["model_version"] != version or labels != self.expected.get(version):
                self.faults.append(f"{status} {version} {labels}")
            self.seen[version] += 1


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_killed_under_load_it_starts_again_and_answers_as_before(versions: list[Path], place: Path) -> None:
    version, labels = answers(versions[0])
    server = Running(place).start()
    try:
        with Load(server, {version: labels}) as load:
            for _ in range(KILLS):
                before = load.seen[version]
                until(lambda before=before: load.seen[version] > before + 10)  # type: ignore[misc]
                server.kill()
                server.start()
            before = load.seen[version]
            until(lambda: load.seen[version] > before + 10)
    finally:
        server.kill()
    assert load.faults == []
    verify(place)


def replace(place: Path, version: Path) -> None:
    """Put another version in the place of a model by two renames."""
    new = place.with_name("new")
    shutil.copytree(version, new)
    place.rename(place.with_name("old"))
    new.rename(place)
    shutil.rmtree(place.with_name("old"))


def test_a_version_in_its_place_is_served_and_a_broken_one_is_not(versions: list[Path], place: Path) -> None:
    expected = dict(answers(folder) for folder in versions)
    first, second = expected
    with Running(place, "--watch", "0.1") as server, Load(server, expected) as load:
        for number in range(5):
            version = (second, first)[number % 2]
            replace(place, versions[(number + 1) % 2])
            before = load.seen[version]
            until(lambda version=version, before=before: load.seen[version] > before + 5)  # type: ignore[misc]
        broken = place / "student.safetensors"
        broken.write_bytes(broken.read_bytes()[:-7])
        until(lambda: server.metric('gnn2mlp_reloads_total{outcome="refused"') > 0)
        before = load.seen[second]
        until(lambda: load.seen[second] > before + 5)
        replace(place, versions[0])
        until(lambda: server.ask("GET", "/ready")[1]["model_version"] == first)
    assert load.faults == []
    assert "gone" not in load.seen


def test_a_teacher_that_is_a_server_too_answers_what_the_student_is_not_sure_of(
    versions: list[Path], place: Path
) -> None:
    _, labels = answers(versions[1])
    with Running(versions[1]) as teacher:
        url = f"http://127.0.0.1:{teacher.port}/predict"
        with Running(place, "--teacher", url, "--teacher-below", "1.1", "--teacher-timeout", "20") as server:
            found = server.predict(served.table_rows())[1]["predictions"]
            assert [(one["label"], one["answered_by"]) for one in found] == [(label, "teacher") for label in labels]
            teacher.kill()
            found = server.predict(served.table_rows())[1]["predictions"]
            assert {one["answered_by"] for one in found} == {"student"}
            assert all("did not answer" in one["teacher"] for one in found)


@pytest.fixture(scope="module")
def answering(versions: list[Path]) -> Iterator[Running]:
    with Running(versions[0]) as server:
        yield server


def test_requests_that_are_nearly_right_are_never_a_fault_of_the_server(answering: Running) -> None:
    example = answering.ask("GET", "/model")[1]["example"]
    infer = f"/v2/models/{answering.ask('GET', '/model')[1]['name']}/infer"
    described = answering.ask("GET", "/openapi.json")[1]["paths"][infer]["post"]["requestBody"]
    tensors = described["content"]["application/json"]["example"]
    tensors |= {"id": "x", "parameters": {"coverage": 0.9}, "outputs": [{"name": "label"}]}
    seen: Counter[int] = Counter()
    for path, whole in (("/predict", example), ("/predict", [example] * 3), ("/explain", example), (infer, tensors)):
        for body in malformed.mutations(whole, 100):
            status, told, _ = answering.ask("POST", path, body)
            assert status in (200, 400, 413, 422), (path, body, told)
            seen[status] += 1
    assert seen[200]
    assert seen[422]


def listened(context: Any) -> tuple[Any, list[str]]:
    """A new page, and what it comes to say on its console."""
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    return page, said


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1200, 390])
def test_a_person_types_a_row_and_drops_a_table(
    answering: Running, chromium: Any, tmp_path: Path, width: int, dark: bool
) -> None:
    import pandas as pd

    from tests.browser import faults, find_axe

    table = tmp_path / "rows.csv"
    frame = pd.DataFrame(served.TABLE)
    frame["tags"] = [" ,".join(row) for row in served.TABLE["tags"]]
    frame["place"] = [f"[{first}, {second}]" for first, second in served.TABLE["place"]]
    frame.insert(0, "id", [f'n"{number}' for number in range(len(frame))])
    frame.to_csv(table, index=False)
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    try:
        page, said = listened(context)
        page.goto(f"http://127.0.0.1:{answering.port}/")
        page.get_by_role("button", name="Answer").click()
        page.wait_for_selector("#drove")
        expected = answering.predict(answering.ask("GET", "/model")[1]["example"])[1]["predictions"][0]
        assert page.inner_text("#label") == expected["label"]
        assert page.locator("#shares tr").count() == len(served.CLASSES)
        page.fill("label:has-text('since') input", "never")
        page.get_by_role("button", name="Answer").click()
        page.wait_for_selector("#said .fault")
        assert "since" in page.inner_text("#said .fault")
        page.set_input_files("#file", table)
        page.wait_for_selector("#answers")
        labels = page.locator("#answers tr td:nth-child(2)").all_inner_texts()
        assert labels == served.of_columns().predict(served.TABLE).tolist()
        assert page.inner_text("#answers tr:first-child th") == 'n"0'
        with page.expect_download() as download:
            page.get_by_role("button", name="Save all answers as CSV").click()
        saved = pd.read_csv(download.value.path())
        assert saved["label"].tolist() == labels
        assert saved["id"].tolist() == frame["id"].tolist()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert [one for one in said if "422" not in one] == []
        assert faults(page, find_axe()) == []
    finally:
        context.close()


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1200, 390])
def test_a_person_finds_candidates_of_a_node(chromium: Any, tmp_path: Path, width: int, dark: bool) -> None:
    from tests.browser import faults, find_axe

    linked.saved(tmp_path)
    files = linked.files(tmp_path)
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    try:
        with Running(tmp_path / "pages", "--nodes", str(files.nodes)) as server:
            page, said = listened(context)
            page.goto(f"http://127.0.0.1:{server.port}/")
            page.fill("#id", "p3")
            page.get_by_role("button", name="Find").click()
            page.wait_for_selector("#found")
            (expected,) = server.ask("POST", "/top", json.dumps("p3").encode())[1]["candidates"]
            assert page.locator("#found th").all_inner_texts() == linked.ids_of(expected)
            page.check("#by-columns")
            page.fill("label:has-text('likes') input", "many")
            page.get_by_role("button", name="Find").click()
            page.wait_for_selector("#said .fault")
            assert "likes" in page.inner_text("#said .fault")
            page.fill("#source", "p3")
            page.fill("#target", expected[0]["page"])
            page.get_by_role("button", name="Score").click()
            page.wait_for_selector("#label")
            assert float(page.inner_text("#label")) == pytest.approx(expected[0]["score"], rel=5e-3)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert [one for one in said if "422" not in one] == []
            assert faults(page, find_axe()) == []
    finally:
        context.close()


@pytest.mark.browser
def test_a_person_scores_a_pair_where_there_are_no_nodes(chromium: Any, tmp_path: Path) -> None:
    with Running(linked.saved(tmp_path)) as server:
        page = chromium.new_page()
        try:
            page.goto(f"http://127.0.0.1:{server.port}/")
            page.get_by_role("button", name="Score").click()
            page.wait_for_selector("#label")
            (expected,) = server.predict(server.ask("GET", "/model")[1]["example"])[1]["predictions"]
            assert float(page.inner_text("#label")) == pytest.approx(expected["score"], rel=5e-3)
            assert not page.is_visible("#tops")
            page.fill("#json-pair", "{")
            page.get_by_role("button", name="Score").click()
            page.wait_for_selector("#scored .fault")
            assert page.inner_text("#scored .fault").startswith("This is no JSON")
        finally:
            page.close()
