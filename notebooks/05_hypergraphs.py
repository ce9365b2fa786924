# %% [markdown]
# # Hypergraphs
#
# A link joins two nodes. Much of what one has joins more: the papers of a venue, the articles of an order, the pages
# that one person reads. Such a set is a *hyperedge*, and sets are kept whole instead of being taken apart into pairs.
# Hypergraph neural networks teach MLPs as graph neural networks do.

# %%
import pandas as pd

from gnn2mlp import NodeClassifier, RunConfig, load_dataset, run
from gnn2mlp.data import hypergraph_from_arrays, hypergraph_of
from gnn2mlp.studies import compare, read_scores

# %% [markdown]
# ## From sets to a hypergraph
#
# Sets are two arrays: which node, and in which set. From a table they are two columns, numbered.

# %%
orders = pd.DataFrame({"article": ["tea", "cup", "pot", "tea", "milk", "cup"], "order": [17, 17, 17, 23, 23, 42]})
articles, names = pd.factorize(orders["article"])
sets, _ = pd.factorize(orders["order"])
shop = hypergraph_from_arrays(pd.get_dummies(names), [0, 1, 1, 0], [articles, sets], class_names=["food", "dish"])
shop

# %% [markdown]
# The embedded graph has no sets of its own; each digit and those that look most like it make one, as in the paper on
# HGNN.

# %%
graph = load_dataset("digits")
digits = hypergraph_of(graph, ["neighbourhoods"])
pd.Series(digits.members.row_sums(), name="digits in a set").describe().to_frame().T.round(1)

# %% [markdown]
# ## As an estimator
#
# `hyperedge_index` takes the place of edges, and a teacher on hypergraphs that of a graph's. Predicting reads features
# alone.

# %%
X, y = digits.features.numpy(), digits.labels.numpy()
model = NodeClassifier(teacher="hgnn", method="light_hgnn_plus", validation_fraction=0.5)
model.fit(X, y, hyperedge_index=digits.hyperedge_index)
model.predict(X[:5]), y[:5]

# %% [markdown]
# ## An honest run
#
# Under the inductive setting a node that does not exist yet is in no set. LightHGNN+ (Feng et al., ICLR 2024) teaches
# soft labels of nodes, and of the hyperedges on which the teacher is steady under noise.

# %%
sets = {"name": "hypergraph_of", "graph": "digits", "hyperedges": ["neighbourhoods"]}
settings = {"setting": "inductive", "seeds": 3}
result = run(RunConfig(dataset=sets, teacher="hgnn", method="light_hgnn_plus", **settings, out="runs/hypergraph"))
result

# %% [markdown]
# ## Does the method matter?
#
# Plain soft labels (GLNN) from the same teacher, on the same splits: side by side. Other teachers on hypergraphs are
# `"hgnn_plus"` and `"unigcn"`.

# %%
run(RunConfig(dataset=sets, teacher="hgnn", method="glnn", **settings, latency=False, out="runs/hypergraph-glnn"))
compare(read_scores(["runs/hypergraph", "runs/hypergraph-glnn"]))
