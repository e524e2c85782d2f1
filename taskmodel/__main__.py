"""The program `taskmodel`, also as `python -m taskmodel`."""

import _signal  # the part of `signal` that is there at once
import sys

# While the command line is imported, which takes a tenth of a second, Python would answer an
# interrupt with a traceback; the system's own handler ends the process instead.
if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

from taskmodel.cli import main  # noqa: E402  only now, see above

if __name__ == "__main__":
    sys.exit(main())
