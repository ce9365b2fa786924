"""`python -m gnn2mlp`."""

import sys

from gnn2mlp.cli import main

if __name__ == "__main__":
    sys.exit(main())
