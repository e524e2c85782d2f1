"""What is no number is refused by public functions, by its name, and read as nothing else."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import xarray as xr
from small import small_catalog

import taskmodel as tm
from taskmodel.numerics.numbers import real_numbers, whole_number
from taskmodel.numerics.ranges import one_number

CATALOG = small_catalog(
    {"a": {"share": 0.5, "horizon": {"value": 8, "low": 4, "high": 16}}, "b": {"share": 0.5}}
)
HUGE = 10**400
NO_NUMBERS = {
    "text": "1e28",
    "bytes": b"1e28",
    "nothing": [None],
    "a date": np.datetime64("2026-01-01"),
    "dates": np.array(["2026-01-01"], dtype="M8[D]"),
    "complex": 1e28 + 1j,
    "complex numbers": np.array([1e28 + 1j]),
    "masked": np.ma.array([1e28], mask=[True]),
    "beyond floats": HUGE,
    "a mapping": {"a": 1},
    "ragged": ("supervision.headcount", [5, 10]),
    "a function": len,
}
CALLS = {
    "review_load": lambda value: tm.review_load(CATALOG, value),
    "automate_next": lambda value: tm.automate_next(CATALOG, value),
    "elasticities": lambda value: tm.elasticities(CATALOG, value),
    "ceiling": lambda value: tm.ceiling(CATALOG, value),
    "regimes": lambda value: list(tm.regimes(CATALOG, value)),
    "sweep": lambda value: tm.sweep(CATALOG, value),
    "onset": lambda value: tm.onset(CATALOG, "supervision.max_review_share", value),
    "parallel_lines": lambda value: tm.parallel_lines(CATALOG, value),
    "solve_for": lambda value: tm.solve_for(CATALOG, "compute", speedup=value),
    "within": lambda value: tm.solve_for(CATALOG, "compute", within=value, speedup=2),
    "spend": lambda value: tm.spend(tm.load_catalog("t_agi_ladder", "priced"), budget=value),
    "spend at": lambda value: tm.spend(tm.load_catalog("t_agi_ladder", "priced"), value),
    "months": lambda value: tm.lead_time(months=value),
    "since": lambda value: tm.horizon(CATALOG, since=value),
    "growth": lambda value: tm.horizon(CATALOG, growth=value),
    "doubling_time": lambda value: tm.horizon(CATALOG, doubling_time=value),
    "draws": lambda value: tm.sensitivity(CATALOG, value),
    "draws by path": lambda value: tm.ensemble(CATALOG, {"tasks.a.horizon": value}),
    "work_error": lambda value: tm.alignment_beside(
        "davidson_best_guess", tm.load_catalog("t_agi_ladder"), work_error=value
    ),
}


@pytest.mark.parametrize("value", NO_NUMBERS.values(), ids=NO_NUMBERS)
def test_what_is_no_number_is_refused(value):
    with pytest.raises(tm.InputError, match="^x must be given as numbers; found |^x has masked"):
        real_numbers("x", value)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_it_is_refused_by_public_functions(call):
    for name in ("text", "a date", "masked", "beyond floats", "a mapping"):
        with pytest.raises(tm.InputError, match="number|masked|power of 2"):
            call(NO_NUMBERS[name])


def test_levels_of_quantiles_are_numbers():
    drawn = tm.ensemble(CATALOG, 2, compute=[1e28], keep=["speedup"], events=False)
    for levels in (*NO_NUMBERS.values(), []):
        with pytest.raises(tm.InputError, match="quantiles"):
            tm.bands(drawn, levels)


def test_numbers_of_all_kinds_are_read():
    for value in (
        1e28,
        10**28,
        np.float32(2),
        Decimal("1e28"),
        Fraction(1, 3),
        np.array([1, 2], dtype=object),
        xr.DataArray([1.0]),
        np.ma.array([1.0], mask=[False]),
    ):
        assert real_numbers("x", value).tolist() == np.asarray(value).astype(float).tolist()


@pytest.mark.parametrize("error", [0, -1, 5e-324, 1e-13, float("nan"), [1e-3, 1e-3]])
def test_an_error_of_work_that_cannot_be_met_is_refused(error):
    with pytest.raises(tm.InputError, match="work_error must be"):
        tm.alignment_beside(
            "davidson_best_guess", tm.load_catalog("t_agi_ladder"), work_error=error
        )


@pytest.mark.parametrize("call", [tm.calibrate, tm.cruxes, tm.sensitivity, tm.compare, tm.bands])
@pytest.mark.parametrize("value", [None, 1.0, b"x", (1,), {"a": 1}, len])
def test_what_is_no_catalog_or_dataset_is_refused(call, value):
    with pytest.raises(TypeError, match="is needed; found|are those of a Dataset"):
        call(value)


@pytest.mark.parametrize("inputs", [1.0, [], [["a"]], {"a": 1}, len])
def test_inputs_of_elasticities_are_a_list_of_paths(inputs):
    with pytest.raises(TypeError, match="inputs must be a list of paths"):
        tm.elasticities(CATALOG, 1e28, inputs)


def test_one_number_and_whole_numbers():
    assert one_number("(0, 1]", "x", [1]) == 1.0 and whole_number("n", np.int64(3)) == 3
    with pytest.raises(tm.InputError, match="x must be one number"):
        one_number("(0, 1]", "x", [1, 1])
    for value in (True, 2.0, "3", None, HUGE * -1):
        with pytest.raises(tm.InputError, match="n must be a whole number of at least 1"):
            whole_number("n", value)
