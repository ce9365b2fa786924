# %% [markdown]
# # Why it says so
#
# A graph neural network answers from a node's features and those of its neighbours. Which of them made an answer, and
# where can a student not follow, which sees the node's own features alone?
#
# The graph is a part of the package: handwritten digits, each linked to the digits that look most like it. A fifth of
# them is new: neither teacher nor student saw them in training.

# %%
import numpy as np
import pandas as pd

from gnn2mlp import RunConfig, explain, run
from gnn2mlp.deploy import NodeRouter
from gnn2mlp.evaluate.routing import fit_router
from gnn2mlp.explore.plots_explanations import plot_agreement, plot_faithfulness

config = RunConfig(
    dataset="digits",
    teacher="gcn",
    method="glnn",
    setting="inductive",
    seeds=1,
    latency=False,
    out="runs/explained",
)
run(config)

# %% [markdown]
# ## Which nodes
#
# A linear *surrogate* of the teacher is fitted to all of its answers. What it says of a node is a sum over the nodes
# within two links, so that each has its part. How often it answers as the teacher does on nodes that it was not fitted
# to is the first thing to look at.

# %%
result = explain(config, sample=100, pictures=0)
pd.Series(result.results["surrogate"])[["hops", "reads", "agreement", "divergence"]]

# %% [markdown]
# Each explained node stands in the middle of those that weigh most in its answer; colours are the teacher's answers.

# %%
result.plot(most=6)

# %% [markdown]
# ## Can that be believed?
#
# The teacher is asked again, on what an explanation names alone (*sufficiency*: does its answer stay?), and on all but
# that (*necessity*: does it change?). Beside the explainer stand two baselines: `propagation` knows the graph and no
# model, `random` knows nothing. An explainer that does no better than they do explains no more.

# %%
plot_faithfulness(result.results["faithfulness"], "sufficiency")

# %% [markdown]
# ## Which features
#
# What each pixel adds to the margin of the answer over the second: for the teacher of all nodes within reach together,
# for the student of the node's own row, from an empty picture to the picture that it is (integrated gradients).

# %%
one = result.results["nodes"][0]
parts = {"teacher": dict(one["features"]), "student": dict(one["student"]["features"])}
print(f"digit {one['name']}: the teacher says {one['teacher']}, the student {one['student']['answer']}")
pd.DataFrame(parts).rename_axis("pixel").round(2).head(8)

# %% [markdown]
# ## Where will the student differ?
#
# The *own margin* is the part of the teacher's margin that a node's own features carry; the student has it, and has to
# guess the rest. In quarters of the unseen nodes, by own margin and by the student's confidence:

# %%
student = result.results["student"]
print(pd.Series(student["auroc"], name="tells agreement, AUROC").round(3).to_string())
plot_agreement(student["quarters"])

# %% [markdown]
# ## Whom to ask
#
# A cascade asks the teacher where the student is unsure. A *router* may read the own margin beside the confidence. No
# label is needed to fit one: half of all nodes choose it here, and the other half judge what it brings. On these digits
# that is nothing, as the own features say nearly all; on citation graphs it is much, see `benchmarks/EXPLANATIONS.md`.

# %%
pair, every = result.student.pair, np.arange(result.graph.num_nodes)
routing = fit_router(*(values[::2] for values in (pair.confidence, pair.own_margin, pair.alike)))
print(routing.sentence("nodes"))
scores = {"confidence": pair.confidence, "router": routing.router(pair.confidence, pair.own_margin)}
others = every[1::2]
asked = {name: np.argsort(score[others], kind="stable")[: len(others) // 10] for name, score in scores.items()}
pd.Series({name: 1 - pair.alike[others[rows]].mean() for name, rows in asked.items()}, name="differ among those asked")

# %% [markdown]
# What ships knows no graph, so own margins are made where the graph is, and looked up by the ids of nodes.
# `explain` leaves a router beside its page, which validation nodes chose.

# %%
router = NodeRouter.load(result.out / "router.safetensors")
router

# %% [markdown]
# `explain.html` in the folder has all of this on one page; `explanations.csv`, `edges.csv` and the tables of
# contributions have every node.

# %%
sorted(path.name for path in result.out.glob("*.csv"))
