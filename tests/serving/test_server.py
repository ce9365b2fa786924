"""The process that serves: where it listens, its token, and how it goes."""

import json
import os
import signal
import socket
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.serving import Settings, create_app
from gnn2mlp.serving.server import address, listen, read_token, serve
from tests.serving import served


def test_a_token_comes_from_a_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GNN2MLP_TOKEN", raising=False)
    assert read_token(None) is None
    monkeypatch.setenv("GNN2MLP_TOKEN", "from-the-environment")
    assert read_token(None) == "from-the-environment"
    (tmp_path / "token").write_text("from-a-file\n")
    assert read_token(tmp_path / "token") == "from-a-file"


@pytest.mark.parametrize("text", ["", "\n", "two words", "two\nlines", "ünicode", "x" * 5000])
def test_what_is_no_token_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "token").write_text(text)
    with pytest.raises(ConfigError, match="expected a token of letters and digits"):
        read_token(tmp_path / "token")
    with pytest.raises(ArtefactError, match="expected a token in"):
        read_token(tmp_path / "none")


def test_it_listens_where_it_is_told_to() -> None:
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        assert address(listening) == f"http://127.0.0.1:{port}"
        with pytest.raises(ConfigError, match="name another --port"):
            listen("127.0.0.1", port)
    for wrong in (-1, 65_536):
        with pytest.raises(ConfigError, match="from 0 to 65535"):
            listen("127.0.0.1", wrong)
    with pytest.raises(ConfigError, match="cannot listen at"):
        listen("no.such.host.invalid", 0)


def test_it_answers_until_it_is_told_to_stop_and_finishes_what_is_inside(folder: Path) -> None:
    pytest.importorskip("uvicorn")
    app = create_app(folder, Settings(watch=0, batch_wait=0.4))
    found: list[Any] = []

    def ask(url: str) -> None:
        request = urllib.request.Request(f"{url}/predict", json.dumps(served.ROW).encode())
        with urllib.request.urlopen(request, timeout=20) as response:
            found.append((response.status, json.load(response)["predictions"][0]["label"]))

    def stop(url: str) -> None:
        while not app.state.service.ready:
            time.sleep(0.01)
        asking = threading.Thread(target=ask, args=(url,))
        asking.start()
        while not app.state.service.inside:
            time.sleep(0.005)
        os.kill(os.getpid(), signal.SIGTERM)
        asking.join()

    with listen("127.0.0.1", 0) as listening:
        stopping = threading.Thread(target=stop, args=(address(listening),))
        stopping.start()
        serve(app, listening)
        stopping.join()
    assert found == [(200, served.of_columns().predict(served.ROW)[0])]
    assert not app.state.service.ready


def test_its_extra_is_named_where_it_is_missing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "uvicorn", None)
    with socket.socket() as listening, pytest.raises(ConfigError, match=r"gnn2mlp\[serve\]"):
        serve(None, listening)
