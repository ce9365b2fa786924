# %% [markdown]
# # A first student
#
# A graph neural network classifies a node by its neighbours, and has to fetch them for every request. Here one is
# trained as a *teacher*, and a small network, the *student*, learns from it to do without: it reads a node's own
# features.
#
# The graph is a part of the package: handwritten digits, each linked to the digits that look most like it.

# %%
import pandas as pd

from gnn2mlp import NodeClassifier, RunConfig, load_dataset, run

graph = load_dataset("digits")
graph

# %% [markdown]
# ## Nodes, links, labels
#
# Nodes are the rows of a frame, links are pairs of their ids. One digit in five is *new*: it comes after training, and
# nothing of it is given away, neither its row nor its links. Of the others ten a class have a label.

# %%
names = [f"pixel {row},{column}" for row in range(8) for column in range(8)]
pixels = pd.DataFrame(graph.features.numpy(), columns=names)
digits = pd.Series(graph.labels.numpy())
links = pd.DataFrame(graph.edge_index.numpy().T, columns=["source", "target"])

new = pixels.sample(frac=0.2, random_state=0)
old = pixels.drop(new.index)
labels = digits[old.index].groupby(digits).sample(10, random_state=0).reindex(old.index)  # a gap where there is none

# %% [markdown]
# ## Fit with the graph, predict without
#
# `NodeClassifier` is a scikit-learn estimator. Links to rows that it is not given are left out, and counted.

# %%
model = NodeClassifier(teacher="gcn", method="glnn", validation_fraction=0.8, random_state=0)
model.fit(old, labels, edges=links)
model.edges_

# %% [markdown]
# New digits are answered from their pixels. What was the teacher good for? The same network, trained on the labels
# alone (`method="mlp"`), tells.

# %%
plain = NodeClassifier(method="mlp", validation_fraction=0.8, random_state=0).fit(old, labels, edges=links)
print(f"student, new digits:   {model.score(new, digits[new.index]):.1%}")
print(f"plain MLP, new digits: {plain.score(new, digits[new.index]):.1%}")

# %% [markdown]
# ## Into production
#
# A folder of checksummed files without pickle. Whoever loads it needs no graph library.

# %%
model.save("digits-student")
served = NodeClassifier.load("digits-student")
pd.DataFrame(served.predict_proba(new.head(3)), index=new.index[:3], columns=served.classes_).round(2)

# %% [markdown]
# ## Is it beyond chance?
#
# One split proves little. `run` trains on several, scores teacher, plain MLP and student on nodes that were *seen* (in
# the graph, without label) and *unseen*, times a request, and says what the numbers allow. In a shell it is `gnn2mlp
# run --dataset digits --teacher gcn --setting inductive --seeds 3`; for a graph of the literature put `cpf-cora`.

# %%
result = run(RunConfig(dataset="digits", teacher="gcn", setting="inductive", seeds=3, out="runs/digits"))
result

# %% [markdown]
# Three splits leave wide intervals; ten (`seeds=10`) are what the literature reports. The folder has all of it, and
# the student:

# %%
sorted(path.name for path in result.out.iterdir())

# %%
result.predictor().predict(new.head(3))

# %% [markdown]
# Next: [methods, objectives and teachers of your own](02_your_own_parts.ipynb), [what a codebook
# knows](03_codebook.ipynb), [your own tables, from CSV to ONNX](04_your_tables.ipynb).
