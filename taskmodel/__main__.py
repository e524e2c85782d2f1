"""`python -m taskmodel`: the same as the command `taskmodel`."""

import sys

from taskmodel.cli import main

if __name__ == "__main__":
    sys.exit(main())
