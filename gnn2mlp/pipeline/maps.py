"""The interactive map of a run: the codes of a seed's teacher, its nodes, and what its student answers."""

from typing import Any

import numpy as np
import torch

from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Split
from gnn2mlp.deploy import Predictor
from gnn2mlp.explore import InteractiveMap, Named, knowledge_map
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.pipeline.backends import student_input
from gnn2mlp.pipeline.codebooks import codebook_of_graph
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.seed import plan
from gnn2mlp.teachers import TEACHERS

MAP = "map.html"
_ROLES = ("train", "valid", "seen", "unseen")


def write_map(job: Job, number: int) -> bool:
    """Write `map.html` of a seed into the run's folder, where its teacher has codes; whether it has.

    Nothing is trained: all that the map shows lies in the folder and the cache after the seed was scored.
    """
    if "codebook" not in job.config.teacher.build(TEACHERS).provides:
        return False
    seed = plan(job, number)
    title = f"{job.graph.name}: codes of {job.config.teacher.name} and what {job.config.method.name} answers"
    run_map(seed.knowledge.value, seed.full.graph, seed.split, seed.student.value, title, number).save(job.folder / MAP)
    return True


def run_map(
    knowledge: TeacherKnowledge, graph: NodeData, split: Split, student: Predictor, title: str, seed: int
) -> InteractiveMap:
    """The map of what a teacher knows, with the roles of nodes and the answers of a student beside it.

    Args:
        knowledge: with codes, of nodes of the graph.
        graph: the full one.
        split: who trained, and who was tested.
        student: that learnt from the teacher.
        title: of the page.
        seed: of samples and of the order of drawing.
    """
    role = np.full(graph.num_nodes, -1)
    for position, name in enumerate(_ROLES):
        role[getattr(split, name).numpy()] = position
    columns: dict[str, Any] = {"role": Named(role, ("train", "valid", "test, seen", "test, unseen"))}
    told: dict[str, Any] = {"names": graph.node_names}
    if graph.task.exclusive:
        with torch.inference_mode():
            logits = student.to("cpu").module(student_input(student, graph)).logits.double()
        columns = {"student's confidence": logits.softmax(-1).max(dim=-1).values.numpy(), **columns}
        told |= {"labels": graph.labels.numpy(), "answers": logits.argmax(-1).numpy()}
        told["class_names"] = [str(name) for name in getattr(graph.task, "classes", ())]
    if isinstance(graph, GraphData):
        told["edge_index"] = graph.edge_index.numpy()
        columns["degree"] = graph.degree.numpy()
    book = codebook_of_graph(graph, knowledge, student)
    return knowledge_map(
        knowledge,
        graph.features,
        feature_names=graph.feature_names,
        columns=columns,
        texts={code: book.describe(code) for code in knowledge["code"].unique().tolist()},
        title=title,
        seed=seed,
        **told,
    )
