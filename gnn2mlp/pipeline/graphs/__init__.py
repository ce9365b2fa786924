"""`run` where whole graphs are predicted: its settings, views, stages, scores and records."""
