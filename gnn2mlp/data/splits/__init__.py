"""One file per way of splitting; `gnn2mlp.data.split` has the base class and the registry."""
