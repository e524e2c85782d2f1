"""Commands of cells run without a terminal, so that no progress is shown, and must succeed."""

import subprocess


def _system(command):
    process = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    print(process.stdout + process.stderr, end="")
    if process.returncode:
        raise RuntimeError(f"exit status {process.returncode}: {command}")


get_ipython().system = _system  # noqa: F821  IPython defines it where this file runs
