"""`run` where links are predicted: its settings, views, stages, scores and records."""
