# %% [markdown]
# # What a codebook knows
#
# A *tokenizer* is a graph neural network that has to say what it sees in few words. Behind its first layer every node
# is replaced by the nearest of a fixed number of *code vectors*, and the layers above, which classify, see the code
# alone. The codes are learnt with the rest, so that each comes to stand for a kind of node in a kind of neighbourhood.
# They are what the method VQGraph teaches a student beside the classes.
#
# This notebook trains a tokenizer and looks at its codes. It uses the embedded graph: handwritten digits, each linked
# to those that look most like it. For a citation network change one line: `dataset = "cpf-cora"`.

# %%
# %matplotlib inline
from gnn2mlp import RunConfig, Spec, load_dataset, run
from gnn2mlp.data import SPLITTERS, Views
from gnn2mlp.data.datasets import resolve_dataset
from gnn2mlp.explore import (
    behind_code,
    code_by_class,
    code_map,
    code_usage,
    nearest_codes,
    plot_behind_code,
    plot_code_by_class,
    plot_code_map,
    plot_code_usage,
    truncation,
)
from gnn2mlp.teachers import TEACHERS

# %%
dataset = "digits"
graph = load_dataset(dataset)
graph

# %% [markdown]
# ## Train the tokenizer
#
# What training may see of the graph under a split is `views.observed`: here all nodes and edges, but labels of the
# training and validation nodes only.

# %%
splitter = resolve_dataset(dataset).default_split().build(SPLITTERS)
views = Views.of(graph, splitter.split(graph, seed=0, setting="transductive"))

tokenizer = Spec("vq", encoder={"name": "gcn", "hidden": 64}, codes=128)
teacher = tokenizer.build(TEACHERS)
history = teacher.fit(views.observed, seed=0)
print(f"best validation accuracy {max(history.valid):.3f} after {len(history.valid)} epochs")

# %% [markdown]
# What the teacher knows is written down as a table over nodes. `needs` names its columns: the codes, and
# `entropy_shift`, which tells how steady the teacher is when features are disturbed.

# %%
knowledge = teacher.export(views.observed, needs=teacher.provides, seed=0)
{name: tuple(values.shape) for name, values in knowledge.values.items()}

# %% [markdown]
# ## Is the codebook used?
#
# A codebook can collapse: a few codes take all nodes and the rest is never chosen. *Utilisation* is the share of codes
# with at least one node. *Perplexity* is the number of codes that would spread the nodes as evenly if all had equally
# many.

# %%
usage = code_usage(knowledge)
plot_code_usage(usage)

# %% [markdown]
# ## Do codes tell classes apart?
#
# Each column is a code, each row a class; a column in one dark piece is a code whose nodes are all of one class.
# *Purity* is the accuracy of answering each code's most frequent class; with many small codes it is high by itself,
# which *normalised mutual information* makes up for. All labels are used here: this is looking, not training.

# %%
by_class = code_by_class(knowledge, graph.labels)
plot_code_by_class(by_class, graph.class_names)

# %% [markdown]
# ## A map
#
# Circles are codes, larger with more nodes; points are nodes. A node lies at the mean of its most probable codes, so
# it stands between the codes that it resembles, and never outside them. The map shows the two directions in which the
# codes differ most, and its title how much of their variance that is: what looks close in two directions may be apart
# in the others.

# %%
places = code_map(knowledge)
plot_code_map(places, groups=graph.labels[knowledge.node_ids], names=graph.class_names)

# %% [markdown]
# The same map by code: a line leads from each node to its nearest code. There are more codes than colours, so colours
# repeat, but codes that lie together differ.

# %%
plot_code_map(places)

# %% [markdown]
# And by reliability: ρ is the mean square change of the entropy of the teacher's answer when noise is added to the
# features. Where it is small the teacher says the same with or without noise.

# %%
rho = knowledge["entropy_shift"].square().mean(dim=1)
plot_code_map(places, values=rho, label="change of entropy under noise, ρ")

# %% [markdown]
# t-SNE keeps neighbours together and lets distances go; groups are easier to see, but how far apart they are means
# nothing.

# %%
plot_code_map(code_map(knowledge, "tsne"), groups=graph.labels[knowledge.node_ids], names=graph.class_names)

# %% [markdown]
# ## Behind one code
#
# The code with most nodes outside its largest class, the nodes that it fits best, and their neighbours in the graph.
# The tokenizer saw features and neighbours of each node, and here is what it took to be alike.

# %%
mixed = int((by_class.table.sum(axis=1) - by_class.table.max(axis=1)).argmax())
behind = behind_code(knowledge, graph.edge_index, graph.labels, mixed)
plot_behind_code(behind, graph.class_names)

# %% [markdown]
# Codes near to it, and the classes that their nodes have:

# %%
near = nearest_codes(knowledge, mixed, most=4)
for code, distance in zip([mixed, *near.codes], [0, *near.distances], strict=True):
    classes = {graph.class_names[k]: int(n) for k, n in enumerate(by_class.table[code]) if n}
    print(f"code {code:3d} at distance {distance:.2f}: {classes}")

# %% [markdown]
# ## What was cut off
#
# A node's probabilities over all codes are stored for the most probable ones only; with many nodes and codes the whole
# table would not fit anywhere. What lies on the others is lost. If it is much, store more (`Export(top=...)`), or make
# the assignment sharper with a lower `temperature` of the tokenizer.

# %%
lost = truncation(knowledge)
top = knowledge["code_indices"].shape[1]
print(f"{top} of {usage.nodes.size} codes stored, {100 * lost.mean:.1f}% lost, at worst {100 * lost.worst:.1f}%")

# %% [markdown]
# ## Teach it
#
# VQGraph distils the classes and the code assignments into an MLP that reads a node's features and nothing else. In a
# shell: `gnn2mlp run --dataset digits --teacher vq --method vqgraph`.

# %%
result = run(RunConfig(dataset=dataset, teacher=tokenizer, method="vqgraph", seeds=1, latency=False, out="runs/codes"))
result
