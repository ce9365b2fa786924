"""Epochs of a student at arxiv's size, ours and with `nn.Linear`, in each precision and two sizes of batches.

Three layers of 256, batch normalisation and dropout 0.2, as published, in batches of 4,096 rows; and of 65,536, where
the card has more to do between two launches. The validation pass is part of an epoch.
"""

from typing import Any

import reference
from card import counted, epochs
from counting import Work, mlp_epoch
from findings import Record
from gnn_epochs import BYTES, LR
from graphs import Drawn
from inside import PRECISIONS, Bench

from gnn2mlp.core.progress import Progress
from gnn2mlp.distill import Distiller
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.nn.csr import CSR
from gnn2mlp.students.mlp import MLPStudent

STUDENT: dict[str, Any] = {"hidden": 256, "layers": 3, "dropout": 0.2, "norm": "batch"}
BATCHES = (4_096, 65_536)


def epochs_of(bench: Bench) -> None:
    """The rung."""
    drawn, total = Drawn("arxiv", bench.tiny, bench.device), counted(bench)
    options = {**STUDENT, **({"hidden": 16} if bench.tiny else {})}
    size, knowledge = drawn.size, drawn.knowledge()
    widths = [size.features, *[options["hidden"]] * (options["layers"] - 1), size.classes]
    how = reference.Settings.of(options, LR, {"epochs": total, "patience": total})
    for batch in (64, 200) if bench.tiny else BATCHES:
        steps = max(1, round(size.nodes / batch))
        distiller = Distiller(**LR, epochs=total, patience=total, batch_size=batch)

        def ours(progress: Progress, distiller: Distiller = distiller) -> None:
            student, objective = MLPStudent(**options), GLNN().build_objective()
            distiller.fit(student, objective, drawn.observed, knowledge, device=bench.device, progress=progress)

        def linear(progress: Progress, batch: int = batch) -> None:
            graph, view = drawn.graph, drawn.observed
            assert not isinstance(graph.features, CSR), "dense at this size"
            arrays = (graph.features, graph.edge_index, graph.labels, view.train, view.valid)
            data = reference.Data(*(array.to(bench.device) for array in arrays))
            teacher = knowledge["logits"].to(bench.device)
            reference.train_mlp(data, teacher, how, batch, progress=progress)

        for side, fit in (("ours", ours), ("nn.Linear", linear)):
            for name in PRECISIONS:
                work = mlp_epoch(widths, size.nodes, size.valid, steps, BYTES[name])

                def measured(fit: Any = fit, name: str = name, work: Work = work, steps: int = steps) -> Record:
                    found = epochs(bench, fit, total, name)
                    rows = {"steps": steps, "rows_per_s": size.nodes / found["epoch_s"]}
                    return found | rows | bench.against_floor(work, found["epoch_s"], name)

                bench.measure(f"{side}, batches of {batch}, {name}", measured)
