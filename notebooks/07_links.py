# %% [markdown]
# # Links
#
# Which nodes does a new one link to? A graph neural network answers from neighbourhoods, and a node that has just come
# has none. Here a network that predicts links teaches an MLP to do so from two rows of features (LLP, Guo et al., ICML
# 2023).
#
# The graph is a part of the package: handwritten digits, each linked to the digits that look most like it.

# %%
import numpy as np
import pandas as pd

from gnn2mlp import RunConfig, load_dataset, run
from gnn2mlp.data import RandomEdges
from gnn2mlp.deploy import LinkPredictor
from gnn2mlp.report import plot_hits

graph = load_dataset("digits")
graph

# %% [markdown]
# ## What is held out
#
# In the setting *production* some nodes are new: neither their features nor their links exist in training. Links then
# fall into three groups: between two old nodes, between an old one and a new one, between two new ones. All of them
# are compared with the same pairs that are no links.

# %%
split = RandomEdges(new_nodes=0.3).split(graph, seed=0, setting="production")
pd.Series({name: int(mask.sum()) for name, mask in split.populations(split.test).items()}, name="links to be found")

# %% [markdown]
# ## A run
#
# Each seed has a split, a teacher and a student of its own; beside them are a plain MLP, which knows links alone, and
# the best of three counts of common neighbours. Networks are
# small and epochs few, so that this takes seconds.

# %%
config = RunConfig(
    task="link",
    dataset="digits",
    setting="production",
    split={"name": "edges", "new_nodes": 0.3},
    teacher={"name": "link", "encoder": "sage", "width": 64, "epochs": 30},
    method="llp",
    student={"name": "mlp", "hidden": 64},
    distill={"epochs": 30},
    seeds=3,
    latency=False,
    out="runs/links",
)
result = run(config)
result

# %% [markdown]
# ## Two figures, two questions
#
# *AUC* asks how often a link ranks above a pair that is none, wherever both are; *Hits@20* asks which links are above
# all but the twenty best of such pairs. Hits@K over K shows both: the left end is the top of the ranking. Where two
# lines cross, the figures name different winners, so that none is worth much without the other.

# %%
curves = result.results["seeds"][0]["curves"]
plot_hits({model: found["new-new"] for model, found in curves.items()})

# %% [markdown]
# ## Who links to whom, without a graph
#
# The student in the run's folder needs no graph library. It embeds each row once; what it has embedded is searched for
# any row, also for one that no graph has ever held: a digit that is drawn a little fainter, and shifted.

# %%
student = LinkPredictor.load(result.out / "student")
X = graph.features.numpy()
index = student.index(X)
drawn = 0.8 * np.roll(X[17].reshape(8, 8), 1, axis=0).reshape(1, -1)
found = index.top_for(drawn, k=5)
pd.DataFrame({"row": found.ids, "digit": graph.labels.numpy()[found.ids], "probability": found.scores.round(3)})

# %% [markdown]
# Do digits that look alike carry the same label? Pairs of rows can be scored one by one, too.

# %%
print("row 17 is a", int(graph.labels[17]))
student.score_pairs(X, [(17, int(found.ids[0])), (17, 0)]).round(3)

# %% [markdown]
# ## On to a real graph
#
# Put the raw files of Cora into a folder, name it in `GNN2MLP_DATA`, and take `dataset="cora"` with `seeds=5`: the
# settings for it, most of them those of LLP's authors, come with the package, and a split takes minutes. `gnn2mlp fit
# --task link` does the same with your own tables.
