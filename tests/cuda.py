"""What marks a test that needs a GPU: `pytest -m cuda` runs all of them, and they are skipped where there is none.

A test that runs on both devices takes `device` from `on_each_device`: what is wrong with its text shows without a GPU.
"""

import pytest

needs_cuda = pytest.mark.cuda
on_each_device = pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=needs_cuda)])
