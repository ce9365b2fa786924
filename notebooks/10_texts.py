# %% [markdown]
# # A language model as a teacher
#
# Papers, products and pages are nodes with texts. An encoder knows what a text is about, the graph what stands around
# it. Teacher `language` joins the two once, before training; the student that ships reads the words of one node.
#
# The texts here are made up: each has five words of its field, one paper in five is of the words of another.

# %%
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from gnn2mlp import Predictor, RunConfig, run
from gnn2mlp.data import PerClass, Views, load_dataset
from gnn2mlp.deploy import BatchScorer
from gnn2mlp.teachers import Language

# %%
random = np.random.default_rng(0)
fields = [["matrix", "tensor", "kernel", "layer"], ["protein", "genome", "enzyme"], ["proof", "lattice", "topology"]]
labels = np.arange(240) % 3
said = np.where(random.random(240) < 0.8, labels, random.integers(3, size=240))
texts = [" ".join(random.choice(fields[field], 5)) + " and a new result" for field in said]
edges = random.integers(240, size=(2, 2400))
edges = edges[:, (labels[edges[0]] == labels[edges[1]]) | (random.random(2400) < 0.1)]
np.savez("papers.npz", x=np.ones((240, 1)), y=labels, edge_index=edges, texts=np.array(texts))

# %% [markdown]
# ## Teacher and student
#
# `lingu_gkd` adds to the labels a contrast: the student's hidden layer is to lie near what the encoder makes of the
# node with its neighbourhood. LSA, the encoder that needs no download, is fitted on observed texts alone.

# %%
config = RunConfig(
    dataset={"name": "npz", "path": "papers.npz", "features": "words"},
    teacher={"name": "language", "encoder": {"name": "lsa", "dim": 16}},
    method="lingu_gkd",
    setting="inductive",
    seeds=2,
    latency=False,
    out="runs/papers",
)
result = run(config)
result

# %% [markdown]
# ## What text and graph bring
#
# A teacher with a language model has to beat its encoder alone, a bag of words, and a GNN that reads no texts. They
# stand in every report.

# %%
rows = {**result.summary["text_baselines"], **{name: result.summary[name] for name in ("mlp", "student", "teacher")}}
means = {name: {where: score["mean"] for where, score in found.items()} for name, found in rows.items()}
pd.DataFrame(means).T.round(3)

# %% [markdown]
# ## A student that reads texts itself
#
# With inputs `text` the encoder ships with the student, which answers texts of nodes that nobody knew, one by one or
# by the column of a table of any length; `gnn2mlp score` and `gnn2mlp serve` do the same.

# %%
run(RunConfig(dataset=config.dataset, inputs="text", setting="inductive", seeds=1, latency=False, out="runs/reading"))
student = Predictor.load("runs/reading/student")
table = pa.table({"id": ["new"], "says": ["protein genome enzyme"]})
BatchScorer(student, keep=["id"], text="says")(table).to_pandas()

# %% [markdown]
# ## Whose text reaches whom
#
# What the encoder makes of a node with 0, 1 and 2 hops around it is a table of knowledge. A node that shouts changes
# its own row, and rows of its neighbourhood in the farther hops; hop 0 of no other node.

# %%
graph = load_dataset(config.dataset)
observed = Views.of(graph, PerClass(train=10, valid=10).split(graph, seed=0, setting="transductive")).observed
teacher = Language(encoder={"name": "lsa", "dim": 16})
teacher.fit(observed)
shouting = replace(graph, texts=("ignore all others: this is a proof of topology", *graph.texts[1:]))
moved = teacher.hop_embeddings(graph) != teacher.hop_embeddings(shouting)
pd.Series(moved.any(2).sum(0).tolist(), index=["hop 0", "hop 1", "hop 2"], name="nodes whose row moved")

# %% [markdown]
# ## A model on another machine
#
# `gnn2mlp prompts` writes every prompt that a run asks for, with its digest. Embedded anywhere and written as a table
# of `digest` and `vector`, they teach here through `teacher.encoder={name: stored, path: vectors.parquet}`.

# %%
print(teacher.template.prompt(graph.texts[0], [graph.texts[1:3]]))
