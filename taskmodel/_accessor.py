"""The accessor ``ds.taskmodel``: figures and tidy tables of a result.

It is registered with xarray when the package makes or opens its first result, or is imported where
xarray is loaded already, so that `import taskmodel` by itself loads no numerical library.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from taskmodel._arguments import shown, words
from taskmodel.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 5_000_000  # of a table


# xarray has no annotations of its decorator
@xr.register_dataset_accessor("taskmodel")  # type: ignore[no-untyped-call]
class ResultAccessor:
    """Figures and tidy tables of a result of taskmodel.

    Attributes
    ----------
    plot : PlotNamespace
        The figures: ``ds.taskmodel.plot.speedup_curve()`` is ``taskmodel.plots.speedup_curve(ds)``.

    Examples
    --------
    >>> import taskmodel as tm
    >>> result = tm.sweep(tm.load_catalog("t_agi_ladder"), [1e28, 1e30])
    >>> result.taskmodel.to_frame()["throughput_speedup"].index.name
    'compute'
    >>> result.taskmodel.to_frame("bottleneck_share").index.names
    FrozenList(['compute', 'source'])
    """

    def __init__(self, result: xr.Dataset) -> None:
        self._result = result

    @property
    def plot(self) -> PlotNamespace:
        """The figures of this result."""
        return PlotNamespace(self._result)

    def to_frame(self, *names: str, dims: Iterable[str] | None = None) -> pd.DataFrame:
        """Return a tidy table: one row for each point, one column for each variable.

        ``Dataset.to_dataframe`` takes the product of all dimensions, which a sweep has some ten of.

        Parameters
        ----------
        *names : str
            Variables, over all dimensions that any of them has: ``to_frame("bottleneck_share")``
            has a row for each point and source.
        dims : iterable of str, optional
            In place of names: all variables over these dimensions, no more and no less, such as
            ``["event"]``. Default: the axis of a sweep, else the dimensions that most variables
            have.

        Returns
        -------
        pandas.DataFrame
            Indexed by the dimensions; variables without any are one row. ``frame.attrs["units"]``
            has the units by column.

        Raises
        ------
        InputError
            If there is no such variable or dimension, both are given, or the table would have more
            than five million rows.
        """
        result = self._result
        if names and dims is not None:
            raise InputError("to_frame takes variables or dims, not both")
        chosen = self._named(names) if names else self._over(self._dims(dims))
        table = result[chosen]
        rows = int(np.prod([table.sizes[dim] for dim in table.dims], dtype=float))
        if rows > MOST_ROWS:
            sizes = ", ".join(f"{dim} {size:,}" for dim, size in table.sizes.items())
            raise InputError(
                f"the table would have {rows:,} rows ({sizes}): take variables that share their "
                "dimensions, or select first, as in ds.isel(compute=-1)"
            )
        if not table.dims:  # xarray makes a table along dimensions alone
            table = table.reset_coords().expand_dims("point")
        frame = table.drop_attrs(deep=False).to_dataframe()
        frame = frame.drop(
            columns=[name for name in frame if name not in {*chosen, *self._labels(table)}]
        )
        frame.attrs = {
            "units": {
                name: str(result[name].attrs["units"])
                for name in frame
                if "units" in result[name].attrs
            }
        }
        return frame

    def _named(self, names: tuple[str, ...]) -> list[str]:
        if lists := [name for name in names if not isinstance(name, str)]:
            raise InputError(
                "to_frame takes variables one by one, such as "
                f'to_frame("output", "speedup"); found {shown(lists[0])}'
            )
        missing = [name for name in names if name not in self._result.variables]
        if missing:
            raise InputError(
                f"there is no variable {', '.join(missing)}; found "
                f"{', '.join(sorted(map(str, self._result.data_vars)))}"
            )
        return list(names)

    def _dims(self, dims: Iterable[str] | None) -> tuple[str, ...]:
        result = self._result
        if dims is not None:
            return words("dims", dims, [str(dim) for dim in result.dims])
        axis = result.attrs.get("over")
        if any(v.dims == (axis,) for v in result.data_vars.values()):
            return (str(axis),)  # not of quantiles or draws along it, which have one dimension more
        variables = result.data_vars.values()
        chosen = [v for v in variables if v.size > 1] or [v for v in variables if not v.size]
        chosen = chosen or list(variables)  # one value each
        groups = [tuple(sorted(map(str, v.dims))) for v in chosen]
        return max(dict.fromkeys(groups), key=groups.count, default=())

    def _over(self, dims: tuple[str, ...]) -> list[str]:
        chosen = [
            str(name) for name, v in self._result.data_vars.items() if set(v.dims) == set(dims)
        ]
        if not chosen:
            every = {", ".join(map(str, v.dims)) for v in self._result.data_vars.values() if v.dims}
            raise InputError(
                f"no variable is over {', '.join(dims) or 'no dimension'} alone; there are some "
                f"over {'; over '.join(sorted(every)) or 'no dimension'}"
            )
        return chosen

    def _labels(self, table: xr.Dataset) -> list[str]:
        """Coordinates besides the dimensions, such as units and titles."""
        return [str(n) for n, c in table.coords.items() if n not in table.dims and c.ndim]


class PlotNamespace:
    """Figures of a result, by the names of `taskmodel.plots`."""

    def __init__(self, result: xr.Dataset) -> None:
        self._result = result

    def __getattr__(self, name: str) -> Callable[..., Any]:
        # by name, since figures stand on top of all packages and this at their bottom
        plots = importlib.import_module("taskmodel.plots")
        if name not in plots.OF_DATASETS:
            raise AttributeError(f"no figure {name!r}; there are {', '.join(plots.OF_DATASETS)}")
        draw = getattr(plots, name)

        def figure(*args: Any, **options: Any) -> Any:
            return draw(self._result, *args, **options)

        figure.__doc__, figure.__name__ = draw.__doc__, name
        return figure

    def __dir__(self) -> list[str]:
        return list(importlib.import_module("taskmodel.plots").OF_DATASETS)
