"""Tests, mirroring the package. `check` is their run-time type checker."""

from beartype import BeartypeConf, beartype

# As PEP 484 has it, an int will do where a float is annotated.
check = beartype(conf=BeartypeConf(is_pep484_tower=True))
