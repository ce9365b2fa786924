# %% [markdown]
# # A study with paired tests
#
# Which teacher, which method, on which data? A study answers with a run for each, on the same splits, and with tests
# that know how much splits share. It is one object here, one YAML file in a shell (`gnn2mlp study study.yaml`).

# %%
from gnn2mlp.studies import Study, compare, read_scores, run_study

# %% [markdown]
# ## What is to be run
#
# Two data sets that need no download: the digits, and a random graph. Names and options are checked before anything is
# trained.

# %%
study = Study(
    name="small",
    datasets=["digits", {"name": "synthetic", "nodes": 1000, "edges": 4000}],
    settings=["inductive"],
    teachers=["gcn"],
    methods=["glnn", "krd"],
    splits=3,
    out="studies/small",
)
[str(cell) for cell in study.cells()[:4]]

# %% [markdown]
# ## Running it
#
# A line of results is kept for each cell. Interrupted, the same call goes on where it stopped; several processes may
# share the work; a cell that fails keeps no other from running.

# %%
outcomes = run_study(study)
outcomes

# %% [markdown]
# ## The test
#
# Splits overlap in what they train on, so that a plain t-test takes chance for a finding far too often. The corrected
# resampled t-test (Nadeau and Bengio, 2003) widens the interval for that. Nothing is called better whose interval
# holds 0. Models can be compared with another one than the plain MLP, and on other nodes than the unseen ones:

# %%
comparison = compare(read_scores([study.folder]), population="seen", against="glnn (gcn)")
comparison

# %% [markdown]
# ## As a frame
#
# Everything as rows, for tables and plots of one's own.

# %%
comparison.frame()[["dataset", "model", "mean", "std_between_splits", "difference", "low", "high", "p"]].round(3)

# %% [markdown]
# From two data sets on models are ranked as well; ranks say something from some ten on. `gnn2mlp compare studies/small
# --out compared` writes a page with all of it, and takes runs and other studies along. What is to be *chosen*, in
# place of compared, is a search: `NodeClassifier(method="auto")`.
