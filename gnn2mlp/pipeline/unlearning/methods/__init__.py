"""Ways in which a model forgets: one file each."""
