"""Foundations that know nothing of graphs or students: errors, registries, specs, artefacts, identities, seeds."""
