"""The scripts of `analysis/`, loaded as modules."""

import importlib.util

from locations import ROOT

SCRIPTS = ROOT / "analysis"


def load(name):
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
