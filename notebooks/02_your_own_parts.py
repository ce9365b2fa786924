# %% [markdown]
# # Your own method, objective and teacher
#
# A *teacher* writes down what it knows of each node, as a table. An *objective* reads that table and the student's
# answers, and is a number to minimise. A *method* names objectives and says how a student learns from them. None of
# them knows the others, so each can be replaced alone; here by a few lines in a notebook.

# %%
import torch
import torch.nn.functional as F

from gnn2mlp import RunConfig, TeacherKnowledge, run
from gnn2mlp.methods import GLNN, Method
from gnn2mlp.objectives import HardLabels, Objective, SoftLabels
from gnn2mlp.studies import compare, read_scores
from gnn2mlp.teachers import Teacher

# %% [markdown]
# Everything is judged alike: three splits of the embedded digits, with a fifth of the nodes unseen in training. The
# measure is GLNN, whose objective is to match the teacher's soft labels, and the labels with a weight of one's choice
# (by default 0).

# %%
settings = {"dataset": "digits", "teacher": "gcn", "setting": "inductive", "seeds": 3, "latency": False}
run(RunConfig(**settings, method=GLNN(), out="runs/glnn"))
GLNN(hard_weight=0.25).build_objective()

# %% [markdown]
# ## A sum of objectives
#
# Objectives are added and multiplied with weights. The sum is an objective again, and does for a method wherever one
# is expected. It declares what it reads of the teacher.

# %%
mixed = 0.3 * HardLabels() + 0.7 * SoftLabels(temperature=2.0)
run(RunConfig(**settings, method=mixed, out="runs/mixed"))
mixed.needs

# %% [markdown]
# ## An objective
#
# A class with a `forward`, which is given a batch: the student's output, what the teacher knows of the same rows,
# labels. What it reads of the teacher it names in `needs`; a teacher that does not offer it is refused before the
# first step. `batch.mean` is the mean in which sample weights count.


# %%
class Brier(Objective):
    """Squared distance between the class probabilities of student and teacher (Brier, 1950)."""

    needs = frozenset({"logits"})

    def forward(self, batch):
        gap = batch.output.logits.softmax(-1) - batch.knowledge("logits").softmax(-1)
        return batch.mean(gap.square().sum(-1))


run(RunConfig(**settings, method=Brier(), out="runs/brier")).summary["student"]["unseen"]

# %% [markdown]
# ## A method
#
# One student, one objective: `build_objective` is enough. A method of several steps overrides `learn`: this one trains
# a student, has it write down what it knows as a teacher does, and trains a second student on the mixture of both
# tables. Arguments of the constructor are the method's options, in Python, YAML and on the command line alike.


# %%
class Twice(Method):
    """A student learns from the teacher and from another student."""

    def __init__(self, share: float = 0.5):
        self.share = share

    def build_objective(self):
        return self.share * SoftLabels(table="first") + (1 - self.share) * SoftLabels()

    def learn(self, learner):
        first = learner.write(learner.fit(Brier(), name="first"))
        return learner.fit(self.build_objective(), tables={"first": first}, seed=learner.seed + 1)


run(RunConfig(**settings, method=Twice(share=0.3), out="runs/twice")).summary["student"]["unseen"]

# %% [markdown]
# ## A teacher
#
# A teacher fits on what may be seen (`observed`: no unseen node, no test label) and exports logits for its nodes. It
# need not be a network: labels that spread along edges teach as well. What it has learnt it keeps in attributes that
# end in `_`.
#
# For a message-passing network derive from `GNNTeacher` and write its layer in `conv`.


# %%
class LabelPropagation(Teacher):
    """Labels spread along edges (Zhu and Ghahramani, 2002)."""

    def __init__(self, steps: int = 10):
        self.steps = steps

    def fit(self, observed, **how):
        self.ids_, self.labels_ = observed.node_ids[observed.train], observed.graph.labels[observed.train]
        return self.history_

    def export(self, observed, needs=("logits",), **how):
        graph, classes = observed.graph, observed.graph.task.num_outputs
        row, given = torch.searchsorted(observed.node_ids, self.ids_), F.one_hot(self.labels_, classes).float()
        p = torch.full((graph.num_nodes, classes), 1 / classes)
        for _ in range(self.steps):
            p[row] = given
            p = (p + graph.adjacency @ p) / (1 + graph.degree[:, None])
        return TeacherKnowledge(observed.node_ids, {"logits": p.log()}, {"teacher": self.spec().to_dict()})


settings["teacher"] = LabelPropagation()
run(RunConfig(**settings, method=GLNN(), out="runs/spread")).summary["teacher"]["unseen"]

# %% [markdown]
# ## Which is better?
#
# Runs side by side, on the same splits, with the difference to plain GLNN and its interval.

# %%
scores = read_scores(["runs/glnn", "runs/mixed", "runs/brier", "runs/twice", "runs/spread"])
compare(scores, against="glnn (gcn)")

# %% [markdown]
# In a module, such as `my_parts.py`, the same classes have a name for YAML and the shell: `gnn2mlp run --method
# my_parts:Twice --set method.share=0.3`. `NodeClassifier(teacher=LabelPropagation(), method=Twice())` takes them as
# they are.
#
# Next: [what a codebook knows](03_codebook.ipynb).
