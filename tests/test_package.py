"""The public names of the package, and what importing it loads."""

import importlib
import json
import pkgutil
import subprocess
import sys

import pytest

import taskmodel

HEAVY = {
    "h5netcdf",
    "h5py",
    "matplotlib",
    "networkx",
    "numpy",
    "pandas",
    "pydantic",
    "ruamel",
    "scipy",
    "sympy",
    "xarray",
}


def modules_after(statement):
    """Return the top-level modules that a new interpreter has loaded after `statement`."""
    names = "{name.partition('.')[0] for name in sys.modules}"
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted({names})))"
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(json.loads(process.stdout))


def test_bare_import_loads_no_numerical_library():
    loaded = modules_after("import taskmodel")
    assert "taskmodel" in loaded
    assert loaded & HEAVY == set()


def test_loading_a_catalog_loads_neither_scipy_nor_sympy_nor_xarray_nor_matplotlib():
    loaded = modules_after("import taskmodel; taskmodel.load_catalog('alignment_research')")
    assert loaded & {"scipy", "sympy", "xarray", "matplotlib"} == set()


SCIENCE = ("audits", "review_effort", "supervision")
LEAD = ("erosion", "pause", "schedule", "usable_work", "workforce")


@pytest.mark.parametrize(("package", "modules"), [("science", SCIENCE), ("lead", LEAD)])
def test_modules_of_formulas_load_numpy_alone(package, modules):
    loaded = modules_after(f"from taskmodel.{package} import {', '.join(modules)}")
    assert loaded & HEAVY == {"numpy"}


def test_a_module_with_kernels_loads_their_compiler_which_loads_scipy():
    loaded = modules_after("from taskmodel.science import queueing")
    assert loaded & HEAVY == {"numpy", "scipy"} and "numba" in loaded


@pytest.mark.parametrize("name", taskmodel.__all__)
def test_every_public_name_resolves_to_something_callable_of_that_name(name):
    assert getattr(taskmodel, name).__name__ == name


NAMESPACES = (
    "allocation",
    "closed_forms",
    "influence",
    "lead.plans",
    "money",
    "oversight",
    "plots",
    "questions",
    "sweeps",
    "takeoff",
    "takeoff.loops",
)


@pytest.mark.parametrize("package", ["", *NAMESPACES])
def test_no_submodule_hides_a_public_name(package):
    module = importlib.import_module(f"taskmodel.{package}".rstrip("."))
    submodules = {submodule.name for submodule in pkgutil.iter_modules(module.__path__)}
    assert submodules & set(module.__all__) == set()


@pytest.mark.parametrize("package", [*NAMESPACES, "science"])
def test_every_name_of_a_namespace_resolves_and_is_listed(package):
    module = importlib.import_module(f"taskmodel.{package}")
    assert all(getattr(module, name) is not None for name in module.__all__)
    assert set(module.__all__) <= set(dir(module))
    with pytest.raises(AttributeError, match="solve_everything"):
        _ = module.solve_everything


def test_functions_at_the_top_are_those_of_the_namespaces():
    tm = taskmodel
    namespaces = (
        tm.calibration,
        tm.closed_forms,
        tm.influence,
        tm.lead,
        tm.money,
        tm.oversight,
        tm.questions,
        tm.sweeps,
        tm.takeoff,
    )
    functions = {name for name in tm.__all__ if not isinstance(getattr(tm, name), type)}
    for name in functions - {"load_catalog", "import_tasks"}:
        homes = [module for module in namespaces if name in dir(module)]
        assert [getattr(module, name) for module in homes] == [getattr(tm, name)], name


def test_namespaces_load_no_numerical_library_before_their_functions():
    packages = ", ".join(f"taskmodel.{name}" for name in ("oversight", "questions", "science"))
    assert modules_after(f"import {packages}, taskmodel.sweeps") & HEAVY == set()


def test_public_names_are_listed():
    assert set(taskmodel.__all__) | {"__version__"} <= set(dir(taskmodel))


def test_no_other_names_are_listed():
    assert {name for name in dir(taskmodel) if not name.startswith("_")} == set(taskmodel.__all__)


@pytest.mark.parametrize("function", [taskmodel.sweep, taskmodel.latency, taskmodel.regimes])
def test_the_name_of_a_catalog_is_refused_with_a_hint(function):
    with pytest.raises(TypeError, match=r"load_catalog\('alignment_research'\)"):
        function("alignment_research")


def test_arguments_of_the_wrong_type_are_refused_with_the_type_required(tmp_path):
    catalog = taskmodel.load_catalog("t_agi_ladder")
    with pytest.raises(TypeError, match="list or mapping"):
        taskmodel.compare(catalog)
    with pytest.raises(TypeError, match="Dataset"):
        taskmodel.save(catalog, tmp_path / "result.nc")
    with pytest.raises(TypeError, match="mapping of paths"):
        catalog.replace("supervision.headcount")
    assert not list(tmp_path.iterdir())


def test_opening_another_file_names_it(tmp_path):
    path = tmp_path / "notes.nc"
    path.write_text("nothing")
    with pytest.raises(OSError, match="notes.nc"):
        taskmodel.open(path)


def test_version_is_the_installed_one():
    from importlib.metadata import version

    assert taskmodel.__version__ == version("taskmodel")


def test_unknown_name_is_an_attribute_error_that_names_it():
    with pytest.raises(AttributeError, match="solve_everything"):
        _ = taskmodel.solve_everything
