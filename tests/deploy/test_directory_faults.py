"""What happens to a model directory: 500 corruptions, a full disk, two writers, a kill at any moment."""

import json
import os
import pickle
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.deploy import Predictor, read_directory, verify, write_directory
from gnn2mlp.deploy.model_files import STUDENT
from tests.deploy.models_of import ABOUT, TASKS, X, model

ROOT = Path(__file__).parents[2]
CORRUPTIONS = 500
FURTHER = {"model.onnx": b"\x08\x0a" * 40, "scores.json": b'[{"metric": "accuracy"}]\n'}


class Trap:
    """Unpickling it leaves a trace."""

    def __init__(self, trace: Path):
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return (os.mkdir, (str(self.trace),))


def pick(draw: random.Random, folder: Path) -> Path:
    return folder / draw.choice(sorted(os.listdir(folder)))


def flip(draw: random.Random, folder: Path, trace: Path) -> None:
    path = pick(draw, folder)
    content = bytearray(path.read_bytes())
    for _ in range(draw.choice((1, 1, 1, 2, 8))):
        place, bit = draw.randrange(len(content)), draw.randrange(8)
        content[place] ^= 1 << bit
    if content == path.read_bytes():  # two flips of one bit
        content[0] ^= 1
    path.write_bytes(content)


def truncate(draw: random.Random, folder: Path, trace: Path) -> None:
    path = pick(draw, folder)
    path.write_bytes(path.read_bytes()[: draw.randrange(path.stat().st_size)])


def insert(draw: random.Random, folder: Path, trace: Path) -> None:
    path = pick(draw, folder)
    content, place = path.read_bytes(), draw.randrange(path.stat().st_size + 1)
    path.write_bytes(content[:place] + draw.randbytes(draw.randint(1, 9)) + content[place:])


def swap(draw: random.Random, folder: Path, trace: Path) -> None:
    first, second = draw.sample(sorted(os.listdir(folder)), 2)
    content = (folder / first).read_bytes()
    (folder / first).write_bytes((folder / second).read_bytes())
    (folder / second).write_bytes(content)


def foreign(draw: random.Random, folder: Path, trace: Path) -> None:
    """A file of another model of ours, whole and sealed as it should be."""
    name = draw.choice([STUDENT, "config.json", "README.md"])
    shutil.copyfile(folder.parent / "other" / name, folder / name)


def poison(draw: random.Random, folder: Path, trace: Path) -> None:
    name = draw.choice(["model.pkl", "pytorch_model.bin", "student.pt", "weights.joblib", "__init__.py", "conftest.py"])
    (folder / name).write_bytes(pickle.dumps(Trap(trace)))


def poison_listed(draw: random.Random, folder: Path, trace: Path) -> None:
    pick(draw, folder).write_bytes(pickle.dumps(Trap(trace)))


def delete(draw: random.Random, folder: Path, trace: Path) -> None:
    pick(draw, folder).unlink()


def rename(draw: random.Random, folder: Path, trace: Path) -> None:
    path = pick(draw, folder)
    path.rename(path.with_name(draw.choice([path.name.upper(), f"{path.name}.bak", f".{path.name}", f"{path.name} "])))


def copy(draw: random.Random, folder: Path, trace: Path) -> None:
    path = pick(draw, folder)
    shutil.copyfile(path, path.with_name(f"copy of {path.name}"))


def edit(draw: random.Random, folder: Path, trace: Path) -> None:
    """A config that says something else, with or without the checksums of what it lists."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    key = draw.choice(sorted(config.keys() - {"sha256", "files"}))
    config[key] = draw.choice([None, 2, "x", [], {}, ["a", "b", "c"]])
    if config[key] == json.loads(path.read_text())[key]:
        config[key] = "other"
    path.write_text(json.dumps(config, indent=2) + "\n")


def unlist(draw: random.Random, folder: Path, trace: Path) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text())
    del config["files"][draw.choice(sorted(config["files"]))]
    path.write_text(json.dumps(config, indent=2) + "\n")


def duplicate(draw: random.Random, folder: Path, trace: Path) -> None:
    """A name that stands in the config twice: readers differ in which of the two they take."""
    path = folder / "config.json"
    text = path.read_text()
    name = draw.choice(['"classes"', '"files"', '"README.md"', '"sha256"', '"format"'])
    path.write_text(text.replace(f"{name}:", f"{name}: 1, {name}:", 1))


def link(draw: random.Random, folder: Path, trace: Path) -> None:
    path = pick(draw, folder)
    place = folder.parent / f"elsewhere-{path.name}"
    shutil.copyfile(path, place)
    path.unlink()
    path.symlink_to(place)


def nest(draw: random.Random, folder: Path, trace: Path) -> None:
    path = pick(draw, folder)
    path.unlink()
    path.mkdir()


def pending(draw: random.Random, folder: Path, trace: Path) -> None:
    """As if a writer had been killed, whose files are others'."""
    (folder / ".pending").mkdir()
    name = draw.choice([STUDENT, "README.md", "payload.pkl"])
    (folder / ".pending" / name).write_bytes(pickle.dumps(Trap(trace)))


FAULTS = [flip, flip, flip, truncate, insert, swap, foreign, poison, poison_listed, delete, rename, copy]
FAULTS += [edit, unlist, duplicate, link, nest, pending]


def test_every_one_of_many_corruptions_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one sentence, and nothing is executed; the model as it was is read between them."""
    monkeypatch.setattr("gnn2mlp.deploy.steady._PATIENCE", 0.0)  # nobody writes
    folder, trace = tmp_path / "model", tmp_path / "trace"
    for kind in TASKS:
        write_directory(tmp_path / kind, model(kind, calibrated=kind == "classes"), ABOUT, FURTHER)
    write_directory(tmp_path / "other", model(seed=1), {"name": "Another"}, FURTHER)
    unnoticed, told = [], []
    for number in range(CORRUPTIONS):
        draw = random.Random(number)
        fault, kind = FAULTS[number % len(FAULTS)], draw.choice(sorted(TASKS))
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(tmp_path / kind, folder)
        fault(draw, folder, trace)
        for read in (Predictor.load, verify):
            try:
                read(folder)
            except ArtefactError as error:
                told.append(str(error))
            else:
                unnoticed.append((number, fault.__name__, read))
    assert not unnoticed
    assert all("\n" not in message and len(message) < 700 for message in told)
    assert not trace.exists()
    assert Predictor.load(tmp_path / "classes").predict(X).tolist() == model(calibrated=True).predict(X).tolist()


FULL = """
import resource, sys
from gnn2mlp.deploy import Predictor, write_directory
made = Predictor.load(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
try:
    write_directory(sys.argv[3], made, files={"report.html": bytes(50_000)})
except OSError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("limit", [0, 1000, 5000, 20_000])
def test_a_full_disk_leaves_the_old_model_whole(tmp_path: Path, limit: int) -> None:
    """Files may grow up to a limit: below that of the weights, of the card, of a further file."""
    pytest.importorskip("resource")
    write_directory(tmp_path / "new", model(seed=1))
    write_directory(tmp_path / "model", model())
    command = [sys.executable, "-c", FULL, str(limit), str(tmp_path / "new"), str(tmp_path / "model")]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.stdout.startswith("ArtefactError could not write into"), done.stdout + done.stderr
    assert "free some space or choose another folder" in done.stdout
    assert sorted(os.listdir(tmp_path / "model")) == ["README.md", "config.json", STUDENT]
    np.testing.assert_array_equal(Predictor.load(tmp_path / "model").predict_proba(X), model().predict_proba(X))


def test_two_writers_and_a_reader_never_see_a_mixture(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    made = [model(seed=seed) for seed in range(2)]
    further = [{"scores.json": b"0"}, {"report.html": b"1" * 10_000}]
    write_directory(folder, made[0], {"name": "0"}, further[0])
    failed: list[BaseException] = []

    def write(which: int) -> None:
        try:
            for _ in range(15):
                write_directory(folder, made[which], {"name": str(which)}, further[which])
        except BaseException as error:  # told by the test
            failed.append(error)

    writers = [threading.Thread(target=write, args=(which,)) for which in range(2)]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        found = read_directory(folder, ("scores.json", "report.html"))
        which = int(found.config["name"])
        assert found.files == further[which]
        seen.add(which)
    for writer in writers:
        writer.join()
    assert not failed
    which = int(verify(folder)["name"])
    np.testing.assert_array_equal(Predictor.load(folder).predict_proba(X), made[which].predict_proba(X))
    assert sorted(os.listdir(folder)) == sorted(["README.md", "config.json", STUDENT, *further[which]])


KILLED = """
import sys
from pathlib import Path
from gnn2mlp.core.folders import replace_files
models = [{path.name: path.read_bytes() for path in Path(folder).iterdir()} for folder in sys.argv[2:]]
print("ready", flush=True)
for number in range(1_000_000):
    replace_files(Path(sys.argv[1]), lambda there: (models[number % 2], set(there)))
"""


def test_killed_at_random_moments_it_is_the_old_or_the_new_model(tmp_path: Path) -> None:
    """What `write_directory` does once it has made the files, again and again, without the time that torch takes."""
    folder, draw = tmp_path / "model", random.Random(0)
    made = [model(seed=seed) for seed in range(2)]
    for number, each in enumerate(made):
        further = {"scores.json": b"[]"} if number else {}
        write_directory(tmp_path / str(number), each, {"name": str(number)}, further)
    shutil.copytree(tmp_path / "0", folder)
    command = [sys.executable, "-c", KILLED, str(folder), str(tmp_path / "0"), str(tmp_path / "1")]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    for _ in range(20):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(draw.uniform(0, 0.03))
            writer.kill()
        which = int(verify(folder)["name"])
        np.testing.assert_array_equal(Predictor.load(folder).predict_proba(X), made[which].predict_proba(X))
        shutil.copytree(folder, tmp_path / "copy")
        assert int(verify(tmp_path / "copy")["name"]) == which
        shutil.rmtree(tmp_path / "copy")
    write_directory(folder, made[1])
    assert sorted(os.listdir(folder)) == sorted(["config.json", *verify(folder)["files"]])
