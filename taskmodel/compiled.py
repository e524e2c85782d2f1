"""Compilation of numerical kernels by numba, which may be missing.

A kernel is a function of floats and arrays in plain loops, in a file named
``..._kernels.py``. With numba it is compiled at its first call and cached beside its file, or in
numba's own cache directory where that folder cannot be written; where neither exists it is compiled
anew in each process. Without numba the plain function runs and gives the same numbers, more slowly.
Importing `taskmodel` does not import this module.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., object])

_FOLDERS: set[str] = set()  # of the caches

try:
    from numba import njit
except ImportError:  # numba does not support every Python version yet
    COMPILES = False
else:
    COMPILES = True

    from numba.core import config
    from numba.core.codegen import JITCodeLibrary
    from numba.core.compiler import Compiler

    class _Whole(JITCodeLibrary):
        """Code that is optimised without vector instructions.

        Most loops run over a few factors or modes: vectors for them lengthen compilation, and make
        sweeps slower.
        """

        def _optimize_final_module(self) -> None:
            settings: Any = config  # without annotations
            before, settings.LOOP_VECTORIZE = settings.LOOP_VECTORIZE, 0
            try:  # numba compiles in one thread at a time
                super()._optimize_final_module()
            finally:
                settings.LOOP_VECTORIZE = before

    class _Part(JITCodeLibrary):
        """Code that is only linked into that of callers, which are optimised as a whole."""

        @property
        def codegen(self) -> _Part:
            return self

        def set_env(self, name: str, environment: object) -> None:
            """Leave the environment, which is that of the callers."""

        def get_pointer_to_function(self, name: str) -> int:
            self._ensure_finalized()
            return 0

        def _optimize_final_module(self) -> None:
            pass

        def _finalize_final_module(self) -> None:
            self._finalize_dynamic_globals()
            self._finalized = True

    class _WholeCompiler(Compiler):
        library: type[JITCodeLibrary] = _Whole

        def define_pipelines(self) -> list[Any]:
            state = self.state
            codegen, name = state.targetctx.codegen(), state.func_id.func_qualname
            state.library = self.library(codegen, name)
            state.library.enable_object_caching()
            return cast(list[Any], super().define_pipelines())

    class _PartCompiler(_WholeCompiler):
        library = _Part


def compiled(function: Function) -> Function:
    """Compile a kernel without the global interpreter lock; division by zero follows IEEE 754.

    It allocates and returns no arrays: references to them are not counted, which would be code to
    compile.
    """
    return _kernel(function, _nrt=False)


def allocating(function: Function) -> Function:
    """Compile a kernel that allocates arrays; it calls no `compiled` kernel that returns some."""
    return _kernel(function)


def taking(function: Function) -> Function:
    """Compile a kernel that returns views of its arguments, and calls no other kernel."""
    return _kernel(function, inner={"_nrt": False})


def inlined(function: Function) -> Function:
    """Compile a kernel into each of its callers.

    For small kernels that take many arrays: a call would pass all their shapes and strides.
    """
    return _kernel(function, _nrt=False, forceinline=True)


def remove_outdated() -> None:
    """Remove the files that other versions of the kernels left in the caches of this Python."""
    python = f".py{sys.version_info.major}{sys.version_info.minor}"
    for folder in _FOLDERS:
        for file in Path(folder).glob("*kernels.*.nb[ic]"):
            if python in file.name and f"-{_sources()}." not in file.name:
                file.unlink(missing_ok=True)


def _kernel(function: Function, inner: dict[str, bool] | None = None, **choices: bool) -> Function:
    """Compile a kernel on its own for calls from Python, and as a part of other kernels.

    numba would optimise a kernel once more for each of its callers, of theirs, and so on. A part
    is only translated; it is optimised within the kernels that Python calls.
    """
    if not COMPILES:
        return cast(Function, _ieee(function))
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", **choices}
    try:
        kernel = njit(cache=True, pipeline_class=_WholeCompiler, **options)(function)
        cache = kernel._cache
        cache._cache_file = type(cache._cache_file)(
            cache._cache_path,
            f"{cache._impl.filename_base}-{_sources()}",
            cache._impl.locator.get_source_stamp(),
        )
        _FOLDERS.add(cache.cache_path)
    except (RuntimeError, AttributeError):
        # no folder for the cache, as in a read-only installation without a home; or a numba that
        # names its files in another way, whose cache would outlive changes of other files
        kernel = njit(pipeline_class=_WholeCompiler, **options)(function)
    options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, **(inner or {})}
    linked = njit(pipeline_class=_PartCompiler, **options)(function)
    kernel.get_call_template = linked.get_call_template
    kernel.get_overload = linked.get_overload
    return cast(Function, kernel)


@functools.cache
def _sources() -> str:
    """Hash of all kernels, of the tolerances that they contain and of how they are compiled.

    Kernels of one file call those of others, and their machine code contains them, but numba
    looks for changes only in the file of the kernel that is called. The hash becomes part of the
    names of the files of the cache, so that outdated ones are not even read.
    """
    package = Path(__file__).parent
    files = [
        *sorted(package.rglob("*kernels.py")),
        package / "numerics" / "accuracy.py",
        Path(__file__),
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def _ieee(function: Callable[..., object]) -> Callable[..., object]:
    """Let a plain kernel overflow and divide by zero silently, as a compiled one does."""
    import numpy as np

    @functools.wraps(function)
    def kernel(*arguments: object) -> object:
        with np.errstate(all="ignore"):
            return function(*arguments)

    return kernel
