"""Ways of giving edges their roles, one file each."""
