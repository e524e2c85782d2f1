"""The scripts of `analysis/`, loaded as modules."""

import importlib.util
import sys

from locations import ROOT

SCRIPTS = ROOT / "analysis"


def load(name):
    """The script as a module, executed anew."""
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses look up their annotations
    spec.loader.exec_module(module)
    return module
