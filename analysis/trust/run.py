"""Tries to break taskmodel, and writes down how much was tried and what fell.

``python analysis/trust/run.py --share 0.05`` takes every part, at that share of its full size, and
writes the numbers to trust-results/; ``--page`` makes docs/trust.md from them. `make fuzz` does
both. Parts: files, command lines, settings, catalogs, organisations by weak duality, organisations
by a conic solver, interrupts, same bits.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(Path(__file__).parent)]

# what follows needs the tools of the tests, which are on the path only now
import catalogs  # noqa: E402
import files  # noqa: E402
import optima  # noqa: E402
import page  # noqa: E402
import processes  # noqa: E402

import taskmodel as tm  # noqa: E402

FULL_SECONDS = 7200.0  # CPU, of one part
FULL_MOMENTS = 200 * len(processes.COMMANDS)
SEED = 20261129
Found = dict[str, Any]
Part = Callable[[float, int, Callable[[Found], None]], Found]
PARTS: dict[str, Part] = {
    "files": lambda share, seed, keep: files.broken_files(share * FULL_SECONDS, seed),
    "lines": lambda share, seed, keep: files.command_lines(0.1 * share * FULL_SECONDS, seed),
    "settings": lambda share, seed, keep: files.settings(0.2 * share * FULL_SECONDS, seed),
    "catalogs": lambda share, seed, keep: catalogs.random_catalogs(share * FULL_SECONDS, seed),
    "duality": lambda share, seed, keep: optima.weak_duality(share * FULL_SECONDS, seed),
    "conic": lambda share, seed, keep: optima.conic(0.3 * share * FULL_SECONDS, seed),
    "interrupts": lambda share, seed, keep: processes.interrupts(
        max(len(processes.COMMANDS), round(share * FULL_MOMENTS)), seed, keep
    ),
    "bits": lambda share, seed, keep: processes.same_bits(),
}


class Record:
    """The file of what a part found, with when and how; a long part keeps it as it goes."""

    def __init__(self, name: str, share: float, seed: int, folder: Path) -> None:
        self.path = folder / f"{name}.json"
        self.share, self.seed = share, seed
        self.begin, self.cpu = time.monotonic(), self.cpu_now()

    @staticmethod
    def cpu_now() -> float:
        """Return the CPU seconds of this process and of those that it has waited for."""
        return sum(os.times()[:4])

    def keep(self, found: Found) -> Found:
        """Write what a part found so far; return it with when and how."""
        whole = found | {
            "share": self.share * found["moments"] / found["asked"]
            if "asked" in found
            else self.share,
            "seed": self.seed,
            "cpu_seconds": round(self.cpu_now() - self.cpu),
            "seconds": round(time.monotonic() - self.begin),
            "date": datetime.now(UTC).date().isoformat(),
            "version": tm.__version__,
            "python": platform.python_version(),
        }
        self.path.write_text(json.dumps(whole, indent=1, default=str))
        return whole


def main(argv: Sequence[str] | None = None) -> int:
    """Run some parts, write what they found, and make the page."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--share", type=float, default=0.02, help="of the full size; default: 0.02")
    ask.add_argument("--parts", nargs="+", choices=[*PARTS], default=[], help="default: all")
    ask.add_argument("--seed", type=int, default=SEED)
    ask.add_argument("-o", "--output", type=Path, default=ROOT / "trust-results")
    ask.add_argument("--page", action="store_true", help="make docs/trust.md of what is there")
    args = ask.parse_args(argv)
    args.output.mkdir(exist_ok=True)
    fell = 0
    for name in args.parts or ([] if args.page else PARTS):
        record = Record(name, args.share, args.seed, args.output)
        found = record.keep(PARTS[name](args.share, args.seed, record.keep))
        faults = page.faults_of(found)
        fell += len(faults)
        print(f"{name}: {found['seconds']} s, {len(faults)} fell", *faults[:5], sep="\n  ")
    if args.page or not args.parts:
        (ROOT / "docs" / "trust.md").write_text(page.page_of(args.output), encoding="utf-8")
    return 1 if fell else 0


if __name__ == "__main__":
    sys.exit(main())
