"""What a run left of a seed, as it lies in its folder and in the cache: the models that are to forget."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.core.identity import fingerprint
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data import NodeData, Observed, Split
from gnn2mlp.data.removal import Removal
from gnn2mlp.deploy import Predictor
from gnn2mlp.deploy.model_files import STUDENT
from gnn2mlp.knowledge import Store, TeacherKnowledge
from gnn2mlp.pipeline.job import label
from gnn2mlp.pipeline.knowledge import load_knowledge, save_knowledge
from gnn2mlp.pipeline.stage import Identity, Reference, Storage
from gnn2mlp.pipeline.student_file import student_file
from gnn2mlp.pipeline.teacher import load_teacher, save_teacher
from gnn2mlp.pipeline.unlearning.recorded import ALONE, RecordedTeacher, load_recorded, save_recorded
from gnn2mlp.pipeline.views import training_view
from gnn2mlp.teachers import Teacher

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Before:
    """A seed of a run, before anything is forgotten.

    Models are those that its files hold, by whatever release and settings they were made: it is they that are to
    forget, and not what the same settings would give today.

    Args:
        number: of the seed.
        graph: the whole data set, with what is to be forgotten.
        split: of the whole of it.
        removal: what is to be forgotten.
        knowledge: what the teacher wrote down of the observed nodes.
        mlp: the student that read nothing of it.
        student: the student that did.
        teacher: as the cache has it; `None` where it is there no more.
    """

    number: int
    graph: NodeData
    split: Split
    removal: Removal
    knowledge: Reference[TeacherKnowledge]
    mlp: Reference[Predictor]
    student: Reference[Predictor]
    teacher: Reference[Teacher] | None

    __repr__ = short_repr

    @cached_property
    def observed(self) -> Observed:
        """What training saw, with what is to be forgotten."""
        return training_view(self.graph, self.split)

    @property
    def the_teacher(self) -> Reference[Teacher]:
        """The teacher.

        Raises:
            DataError: if it is there no more.
        """
        if self.teacher is None:
            raise DataError(
                f"unlearn: expected the teacher of seed {self.number} in the cache, which holds it no more; name the "
                "cache of the run with --cache, or take --method retrain, which needs no earlier model"
            )
        return self.teacher

    @property
    def a_real_teacher(self) -> Reference[Teacher]:
        """The teacher itself, and not its recorded answers.

        Raises:
            DataError: if it is there no more.
        """
        teacher = self.the_teacher
        if isinstance(teacher.value, RecordedTeacher):
            raise DataError(f"unlearn: expected the teacher of seed {self.number}; {ALONE}")
        return teacher


def before_removal(folder: Path, store: Store, graph: NodeData, split: Split, removal: Removal) -> Before:
    """What the run in a folder left of the seed of a split.

    Raises:
        ArtefactError: if a file of it is missing or altered.
    """
    name = label(split.seed)
    knowledge = _found(folder / "knowledge" / f"{name}.safetensors", load_knowledge, save_knowledge)
    mlp, student = (_student(folder / "students" / name / role) for role in ("mlp", "student"))
    recorded, teacher = recorded_path(folder, split.seed), teacher_of(store, knowledge.identity.get("teacher", ""))
    if recorded.exists():
        teacher = _found(recorded, load_recorded, save_recorded)
    return Before(split.seed, graph, split, removal, knowledge, mlp, student, teacher)


def recorded_path(folder: Path, seed: int) -> Path:
    """Where a run keeps the answers of a teacher that was deleted."""
    return folder / "teachers" / f"{label(seed)}.safetensors"


def _student(folder: Path) -> Reference[Any]:
    kept = student_file(folder, Predictor)
    return _found(folder / STUDENT, kept.load, kept.save)


def _found(path: Path, load: Any, save: Any) -> Reference[Any]:
    """What lies in a file, under the identity that the file itself tells."""
    _, made = load(path)
    if not isinstance(made, dict) or "identity" not in made:
        raise ArtefactError(f"expected a result of a run at {path}, which does not say how it came about; run it again")
    return Reference(made["identity"], Storage(lambda identity: path, load, save))


def teacher_of(store: Store, known_as: str) -> Reference[Teacher] | None:
    """The teacher in a cache whose identity has this fingerprint: so the knowledge that it wrote calls it."""
    for path, identity in identities(store, ["teachers"]):
        if fingerprint(identity) == known_as:
            return Reference(identity, Storage(lambda _, path=path: path, load_teacher, save_teacher))  # type: ignore[misc]
    return None


# What the files of a kind in the cache are called in their cards.
_KINDS = {"teachers": "teacher", "knowledge": "knowledge"}


def identities(store: Store, kinds: Iterable[str] = tuple(_KINDS)) -> list[tuple[Path, Identity]]:
    """Files of a cache and what decided their contents; those that cannot be read are left out."""
    found: list[tuple[Path, Identity]] = []
    for kind in kinds:
        for path in sorted((store.root / kind).glob("*.safetensors")):
            try:
                about = artefact.read_card(path, _KINDS[kind])["about"]
                found.append((path, dict(about.get("made", about)["identity"])))
            except (ArtefactError, KeyError, TypeError, AttributeError, ValueError):
                continue
    return found
