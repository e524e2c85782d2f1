"""Lead, pause and automated workforce: plans, and the closed forms of their mechanisms.

The functions of `erosion`, `pause`, `usable_work`, `workforce` and `schedule`, and the loaders of
`plans`, are public here (``taskmodel.lead.runway``). Modules are loaded at first use (PEP 562), so
that listing plans loads no numerical library.

Examples
--------
>>> from taskmodel import lead
>>> lead.time_until_gone(6, 0.5, 0).item()
12.0
>>> "seed_toy" in lead.bundled_plans()
True
"""

import importlib
from typing import Any

_MODULES = ("plans", "erosion", "pause", "usable_work", "workforce", "schedule")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return _load(name)
    if not name.startswith("_"):
        for module in map(_load, _MODULES):
            if name in module.__all__:
                return getattr(module, name)
    raise AttributeError(f"module 'taskmodel.lead' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(name for module in map(_load, _MODULES) for name in module.__all__)


def _load(name: str) -> Any:
    return importlib.import_module(f"taskmodel.lead.{name}")
