"""Sets of whole graphs by name, one file per family."""
