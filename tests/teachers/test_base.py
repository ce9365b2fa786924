"""What every teacher inherits: export, saving, and errors that name the way out."""

from pathlib import Path

import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.teachers import TEACHERS, Teacher
from gnn2mlp.teachers.gcn import GCN
from tests.tasks import tiny_task


def test_missing_key_names_the_teachers_that_provide_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(GCN):
        name = "silent"
        provides = frozenset({"logits"})

    monkeypatch.setitem(TEACHERS.classes, "silent", Silent)
    with pytest.raises(
        ConfigError,
        match=r"'silent' does not provide 'hidden' \(it provides logits\); teachers that do: gat, gcn, sage",
    ):
        Silent.check_provides(["logits", "hidden"])
    Silent.check_provides(["logits"])


def test_key_of_no_teacher_says_so() -> None:
    with pytest.raises(ConfigError, match="'dreams'.*teachers that do: none"):
        GCN.check_provides(["dreams"])


def test_damaged_file_is_refused(tmp_path: Path) -> None:
    teacher = GCN(hidden=4, epochs=1)
    teacher.fit(tiny_task().observed)
    path = tmp_path / "teacher.safetensors"
    teacher.save(path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtefactError, match="checksum"):
        Teacher.load(path)
