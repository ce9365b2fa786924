# %% [markdown]
# # Whole graphs
#
# Is a molecule toxic? Here a label belongs to a *graph*, and a data set is many of them. A graph neural network reads
# nodes and edges and teaches a student that is given the nodes alone: what is linked with what, nobody has to know.
#
# `motif-graphs` is a part of the package: random trees with a ring or a triangle in them. Any other set goes through
# the same cells; with the data at hand (`GNN2MLP_DATA`, or downloaded) put `"mutag"` or `"ogbg-molhiv"` in its place.

# %%
import pandas as pd

from gnn2mlp import RunConfig, run
from gnn2mlp.data import load_graph_set, write_graph_tables
from gnn2mlp.explore import plot_trees
from gnn2mlp.pipeline.condense import condense

DATASET = "motif-graphs"
graphs = load_graph_set(DATASET)
graphs

# %% [markdown]
# ## A teacher and a student
#
# Beside teacher and student stand the same student on labels alone, and two baselines that read next to nothing: the
# numbers of nodes and edges, and how often each kind of node occurs. On molecules they explain most of what is
# published; whatever is not above them has learnt nothing of graphs.

# %%
config = RunConfig(
    task="graph",
    dataset=DATASET,
    teacher={"name": "gin", "hidden": 32, "epochs": 30},
    student={"name": "set_mlp", "hidden": 32},
    distill={"epochs": 40},
    seeds=2,
    latency=False,
    out="runs/graphs",
)
result = run(config)
result

# %% [markdown]
# A ring and a triangle are made of edges, which the student does not see. What it can know is a hint: nodes of a motif
# are more often of one kind than chance would have it. So the teacher is far ahead here, and the student near the bag
# of labels. Where edges matter, a student without edges is no way out, and the table says so.

# %%
MODELS = ("size_only", "bag_of_labels", "student", "teacher")
rows = {model: result.summary[model]["test"]["mean"] for model in MODELS}
pd.Series(rows, name="accuracy").round(3)

# %% [markdown]
# ## In production
#
# The student answers for tables: a row for each node, and the id of its graph. Edges are not looked at.

# %%
student = result.predictor()
write_graph_tables("graphs", graphs.take(range(5)))
student.predict_table("graphs", probabilities=True).to_pandas().round(3)

# %% [markdown]
# ## A small set in place of all
#
# Mirage takes a graph as the set of its nodes' *computation trees*, and keeps the sets of trees that many graphs of a
# class share. `run(train_on=...)` trains a teacher on them; here it loses most of what it knew, as random kinds of
# nodes leave few trees that many graphs share.

# %%
small = condense(config.model_copy(update={"seeds": (0,), "out": None}), "mirage", depth=1, support=0.2)
plot_trees(small.sets[0], class_number=0)

# %%
further = {"seeds": (0,), "out": "runs/condensed", "train_on": small.out}
layers = {"name": "gin", "hidden": 32, "layers": 1, "epochs": 30}
again = run(RunConfig(**{**config.to_dict(), "teacher": layers, **further}))
first = result.results["seeds"][0]
scores = {"all graphs": first, "condensed": again.results["seeds"][0]}
pd.DataFrame({name: {model: one[model]["test"] for model in MODELS} for name, one in scores.items()}).round(3)
