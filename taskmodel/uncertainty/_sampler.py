r"""Draws of all uncertain numbers of a file: `sampler`.

A draw begins with independent standard normal numbers, one for each group and each number.
`Sampler.scores` correlates them (`dependence`), and `Sampler.columns` turns the scores into values:
each by its law, then

- the line y = a + b x of a group with a pivot p: the law of the intercept is that of the level of
  the line at p, whatever the slope, so that the intercept is :math:`a + (b_0 - b)\,p` with
  :math:`b_0` the file's slope;
- the shares of the tasks: divided by their sum.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from taskmodel.errors import CatalogError, Defect, InputError, RootError
from taskmodel.files.document import FromFile
from taskmodel.files.quantity import JUDGEMENT, SET, Measure, Quantity
from taskmodel.files.uncertainty import Located, Uncertainty, members
from taskmodel.files.yaml import dotted
from taskmodel.numerics.normal import normal_quantile
from taskmodel.numerics.types import Array
from taskmodel.uncertainty.dependence import (
    Conflict,
    adjustment,
    connected,
    group_matrix,
    rank_correlation,
    score_correlation,
)
from taskmodel.uncertainty.laws import (
    Law,
    MedianLaw,
    by_default_factor,
    law_of,
    out_of_range,
)
from taskmodel.uncertainty.streams import draw_numbers, uniforms

RESIDUAL = "residual_sd"  # beside an intercept: standard deviation of the level of its line


@dataclass(frozen=True)
class PivotedLine:
    """A line whose level at a pivot is drawn, and its slope independently.

    Attributes
    ----------
    group : str
        Name of the group.
    intercept, slope : str
        Dotted paths.
    pivot : float
        Abscissa of the level.
    central_slope : float
        The file's slope.
    fixed_intercept : float
        The file's intercept, where it is not drawn.
    """

    group: str
    intercept: str
    slope: str
    pivot: float
    central_slope: float
    fixed_intercept: float


@dataclass(frozen=True)
class Sampler:
    """The distributions of a file's numbers, returned by `sampler`; it can be pickled.

    Attributes
    ----------
    laws : dict of str to Law
        Distribution of each uncertain number, by dotted path, in the order of the file.
    groups : dict of str to (str, float)
        Group of a number, and the share of variance that the group has in common.
    lines : tuple of PivotedLine
    shares : dict of str to float
        Shares of all tasks, if one of them is drawn.
    measures : dict of str to Measure
        Unit and range of each uncertain number.
    correlated : tuple of str
        Numbers that `matrix` concerns.
    matrix : array, shape (correlated, correlated), or None
        What turns the scores of the groups into those with the file's correlations.
    """

    laws: dict[str, Law]
    groups: dict[str, tuple[str, float]] = field(default_factory=dict)
    lines: tuple[PivotedLine, ...] = ()
    shares: dict[str, float] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    correlated: tuple[str, ...] = ()
    matrix: Array | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the independent numbers of a draw: ``group NAME``, then dotted paths."""
        groups = dict.fromkeys(
            _group(self.groups[path][0]) for path in self.laws if self._common(path) > 0
        )
        return (*groups, *(path for path in self.laws if self._common(path) < 1))

    def draw(self, draws: int | Sequence[int] | np.ndarray, seed: int = 1) -> dict[str, Array]:
        """Return drawn values. Draw i depends on the seed and i alone.

        Parameters
        ----------
        draws : int or sequence of int
            A count, for the draws from 0 on; or the numbers of draws, in any order.
        seed : int
            A whole number of at least 0.

        Returns
        -------
        dict of str to array, shape (draw,)
            By dotted path, in the declared units, in the order of the file: every uncertain
            number, the intercept of a pivoted line, and the shares of all tasks if one is drawn.

        Raises
        ------
        InputError
            If draws or seed cannot be used, or a drawn value is out of the range of its number.

        Examples
        --------
        >>> from taskmodel.catalog import load_catalog
        >>> draws = sampler(load_catalog("alignment_research"))
        >>> columns = draws.draw(4096, seed=1)
        >>> np.quantile(columns["capability.slope"], [0.05, 0.5, 0.95]).round(2).tolist()
        [0.38, 0.49, 0.76]
        """
        return self.columns(self.scores(self.normals(draws, seed)))

    def normals(self, draws: int | Sequence[int] | np.ndarray, seed: int = 1) -> dict[str, Array]:
        """Return the independent standard normal numbers of draws, by the names of `names`."""
        numbers = draw_numbers(draws, seed)
        return {name: normal_quantile(uniforms(name, numbers, seed)) for name in self.names}

    def scores(self, normals: Mapping[str, Array]) -> dict[str, Array]:
        """Return the correlated standard normal scores of the uncertain numbers, by dotted path.

        Parameters
        ----------
        normals : mapping of str to array, shape (draw,)
            Independent standard normal numbers for each of `names`: those of `normals`, or of a
            design of one's own.

        Raises
        ------
        InputError
            If a name is missing.
        """
        lacking = [name for name in self.names if name not in normals]
        if lacking:
            raise InputError(f"normal numbers for {lacking[0]!r} are missing; give one for each")
        scores = {path: self._score(path, normals) for path in self.laws}
        if self.matrix is not None:
            mixed = self.matrix @ np.stack([scores[path] for path in self.correlated])
            scores |= dict(zip(self.correlated, mixed, strict=True))
        return scores

    def columns(self, scores: Mapping[str, Array]) -> dict[str, Array]:
        """Return the values at scores, by dotted path; see `draw`.

        Raises
        ------
        InputError
            If a value is out of the range of its number.
        """
        columns = {path: law.at(scores[path]) for path, law in self.laws.items()}
        for line in self.lines:
            if line.slope in columns:
                level = columns.get(line.intercept, line.fixed_intercept)
                columns[line.intercept] = level + line.pivot * (
                    line.central_slope - columns[line.slope]
                )
        if self.shares:
            drawn = {
                path: columns.get(path, np.asarray(share)) for path, share in self.shares.items()
            }
            total = np.sum(list(np.broadcast_arrays(*drawn.values())), axis=0)
            columns |= {path: share / total for path, share in drawn.items()}
        for path, measure in self.measures.items():
            for value in (columns[path].min(), columns[path].max()):
                if not measure.admits(value):
                    raise InputError(f"a draw of {path} is {value:g}; {measure.refusal(value)}")
        return columns

    def _common(self, path: str) -> float:
        return self.groups[path][1] if path in self.groups else 0.0

    def _score(self, path: str, normals: Mapping[str, Array]) -> Array:
        common = self._common(path)
        own = np.sqrt(1 - common) * normals[path] if common < 1 else 0.0
        if common == 0:
            return np.asarray(own)
        return np.asarray(np.sqrt(common) * normals[_group(self.groups[path][0])] + own)


def _group(name: str) -> str:
    return f"group {name}"


def sampler(record: FromFile) -> Sampler:
    """Return the distributions of the uncertain numbers of a file.

    Parameters
    ----------
    record : Catalog, Plan, Paths, World, Loop or Trend
        As loaded, with scenario and values set.

    Returns
    -------
    Sampler

    Raises
    ------
    CatalogError
        With every law that leaves the range of its number, and every correlation that cannot hold.

    Examples
    --------
    >>> from taskmodel.catalog import load_catalog
    >>> draws = sampler(load_catalog("alignment_research"))
    >>> draws.laws["tasks.red_teaming.horizon"].shape
    'two-piece lognormal'
    >>> draws.groups["tasks.red_teaming.horizon"]
    ('task_lengths', 0.5)
    """
    block: Uncertainty = getattr(record, "uncertainty", None) or Uncertainty()
    located = _with_judgements(record, block.default_factor)
    chosen = _chosen_ends(record, located)
    laws, defects = _laws(record, located)
    laws = {path: law for path, law in laws.items() if path not in chosen}
    lines = tuple(_lines(record, block, located, laws))
    groups = {
        path: (name, group.common)
        for name, group in block.groups.items()
        for path in members(record, group)
        if group.common is not None and path in laws
    }
    defects += _fixed_pairs(record, block, located, laws.keys() | chosen)
    if defects:
        raise CatalogError(defects)
    correlated, matrix = _correlated(record, block, list(laws), groups)
    shares = {
        path: quantity.value
        for path, (keys, _, quantity) in located.items()
        if (keys[0], keys[2:]) == ("tasks", ("share",))
    }
    return Sampler(
        laws,
        groups,
        lines,
        shares if laws.keys() & shares.keys() else {},
        {path: located[path][1] for path in laws},
        correlated,
        matrix,
    )


# what a word means, such as "binds", is chosen and not uncertain
CONVENTIONS = ("supervision.binding_tolerance",)


def _with_judgements(record: FromFile, factor: float | None) -> dict[str, Located]:
    """The quantities, with an interval for judgements that have none if there is a factor."""
    located = record.quantities()
    if factor is None:
        return located
    basis = getattr(record, "basis", {})
    for path, (keys, measure, quantity) in located.items():
        source = quantity.source
        if not source and keys[0] == "tasks" and keys[2] in basis:
            source = basis[keys[2]].source
        if JUDGEMENT in source and path not in CONVENTIONS:
            located[path] = keys, measure, by_default_factor(quantity, measure, factor)
    return located


def _chosen_ends(record: FromFile, located: Mapping[str, Located]) -> set[str]:
    """Return the review ratios of which a catalog uses one end of the interval, by its level."""
    supervision = getattr(record, "supervision", None)
    if getattr(supervision, "review_level", "central") == "central":
        return set()
    return {
        path
        for path, (keys, _, quantity) in located.items()
        if (keys[0], keys[2:]) == ("tasks", ("review_ratio",)) and quantity.low is not None
    }


def _laws(record: FromFile, located: Mapping[str, Located]) -> tuple[dict[str, Law], list[Defect]]:
    laws: dict[str, Law] = {}
    defects = []
    for path, (keys, measure, quantity) in located.items():
        try:
            law = law_of(quantity, measure)
        except RootError as error:
            defects.append(record.defect(keys, str(error)))
            continue
        if law is not None:
            laws[path] = law
            if message := out_of_range(law, measure):
                defects.append(record.defect(keys, message))
    return laws, defects


def _lines(
    record: FromFile, block: Uncertainty, located: Mapping[str, Located], laws: dict[str, Law]
) -> Iterator[PivotedLine]:
    """Yield the pivoted lines; an intercept without a law of its own gets that of the residual."""
    for name, group in block.groups.items():
        if group.pivot is None:
            continue
        intercept, slope = members(record, group)
        keys, _, quantity = located[intercept]
        residual = located.get(dotted((*keys[:-1], RESIDUAL)))
        if intercept not in laws and residual and _is_unstated(quantity):
            spread = residual[2].value
            if spread > 0:
                law = MedianLaw("normal", quantity.value, spread, spread)
                _insert(laws, intercept, law, list(located))
        yield PivotedLine(
            name, intercept, slope, group.pivot, located[slope][2].value, quantity.value
        )


def _is_unstated(quantity: Quantity) -> bool:
    return quantity.low is None and quantity.distribution is None


def _insert(laws: dict[str, Law], path: str, law: Law, order: Sequence[str]) -> None:
    """Put a law at its place in the order of the file."""
    entries = {**laws, path: law}
    laws.clear()
    laws.update((name, entries[name]) for name in order if name in entries)


def _fixed_pairs(
    record: FromFile, block: Uncertainty, located: Mapping[str, Located], laws: Collection[str]
) -> Iterator[Defect]:
    """Yield correlations of numbers that the file gives no law; one set by the caller is fixed."""
    for index, correlation in enumerate(block.correlations):
        for position, path in enumerate(correlation.between):
            if path not in laws and located[path][2].source != (SET,):
                message = f"{path} is fixed: give it low and high, or remove the correlation"
                keys = ("uncertainty", "correlations", index, "between", position)
                yield record.defect(keys, message)


def _correlated(
    record: FromFile,
    block: Uncertainty,
    drawn: Sequence[str],
    groups: Mapping[str, tuple[str, float]],
) -> tuple[tuple[str, ...], Array | None]:
    """Return the numbers that correlations concern, and the matrix of their scores.

    Raises
    ------
    CatalogError
        If the completed matrix is not positive definite.
    """
    stated = {
        index: correlation
        for index, correlation in enumerate(block.correlations)
        if set(correlation.between) <= set(drawn)
    }
    if not stated:
        return (), None
    pairs = [(item.between[0], item.between[1]) for item in stated.values()]
    affected = connected(pairs, groups)
    names = [name for name in drawn if name in affected]
    entries = {
        (names.index(first), names.index(second)): score_correlation(item.value)
        for (first, second), item in zip(pairs, stated.values(), strict=True)
    }
    matrix = adjustment(group_matrix(names, groups), entries)
    if isinstance(matrix, Conflict):
        raise CatalogError([_conflict_defect(record, list(stated), matrix, pairs, entries)])
    return tuple(names), matrix


def _conflict_defect(
    record: FromFile,
    indices: Sequence[int],
    conflict: Conflict,
    pairs: Sequence[tuple[str, str]],
    entries: Mapping[tuple[int, int], float],
) -> Defect:
    keys = ("uncertainty", "correlations", indices[conflict.pair], "value")
    first, second = pairs[conflict.pair]
    value = list(entries.values())[conflict.pair]
    mend = "lower the `common` of their group below 1"
    if conflict.limit > 0:
        limit = rank_correlation(value * conflict.limit)
        mend = (
            f"with all correlations of the file reduced by the same factor, less than {limit:.3g} "
            "in size is possible here"
        )
    message = (
        f"no numbers have these correlations: with {rank_correlation(value):.3g} between {first} "
        f"and {second} the matrix, completed by the groups, is not positive definite; {mend}"
    )
    return record.defect(keys, message)
