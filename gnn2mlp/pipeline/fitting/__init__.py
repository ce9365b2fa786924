"""The parts of `gnn2mlp.pipeline.fit`: from tables in files to a model that ships."""
