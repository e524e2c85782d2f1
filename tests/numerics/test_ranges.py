"""Ranges of arguments: what an interval contains, and that every function checks its own."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import taskmodel
from taskmodel.errors import InputError
from taskmodel.numerics.ranges import Real, ranges, within


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        ("[0, 1]", [0, 0.5, 1], [-1e-9, 1 + 1e-9, np.inf]),
        ("(0, 1]", [1e-300, 1], [0, 2]),
        ("[0, 1)", [0, 0.999], [1, -1]),
        ("[0, inf)", [0, 1e300], [-1, np.inf]),
        ("(0, inf]", [1, np.inf], [0, -np.inf]),
    ],
)
def test_brackets_say_whether_ends_are_included(interval, inside, outside):
    assert within(interval, "share", inside).tolist() == inside
    for value in outside:
        with pytest.raises(ValueError, match="share"):
            within(interval, "share", value)


@pytest.mark.parametrize("interval", ["[0, 1]", "[0, inf]", "[-inf, inf]"])
def test_nan_is_in_no_interval(interval):
    with pytest.raises(ValueError, match="found nan"):
        within(interval, "share", np.nan)


def test_message_says_what_and_where():
    with pytest.raises(ValueError, match=r"share must be in \[0, 1\]; found -2 at index 1, 0"):
        within("[0, 1]", "share", [[0.5, 1], [-2, 3]])


def test_nothing_is_inside_any_interval():
    assert within("[0, 1]", "share", []).shape == (0,)


@ranges(hours="[0, inf)", coverage="[0, 1]")
def reviewed(hours: Real, label: str = "", *, coverage: Real = 1) -> np.ndarray:
    """Hours times coverage; fails unless both are arrays."""
    assert isinstance(label, str)
    return hours.reshape(()) * coverage.reshape(())


def test_decorated_functions_receive_and_return_arrays():
    for result in (reviewed(8), reviewed(8, "x", coverage=1), reviewed(hours=np.float32(8))):
        assert isinstance(result, np.ndarray)
        assert result.shape == ()
        assert result == 8


def test_decorator_keeps_name_docstring_and_signature():
    assert reviewed.__name__ == "reviewed"
    assert reviewed.__doc__.startswith("Hours")
    assert list(inspect.signature(reviewed).parameters) == ["hours", "label", "coverage"]


def test_decorated_functions_refuse_wrong_arguments():
    for arguments, options in [((), {}), ((1, "x", 1), {}), ((1,), {"hours": 1}), ((1,), {"y": 1})]:
        with pytest.raises(TypeError):
            reviewed(*arguments, **options)


def test_range_of_no_argument_is_refused_when_decorating():
    with pytest.raises(TypeError, match="minutes"):
        ranges(minutes="[0, 1]")(lambda hours: hours)


def decorated_functions():
    """Every function of the package with ranges, by its full name."""
    functions = {}
    for module in pkgutil.walk_packages(taskmodel.__path__, "taskmodel."):
        if not module.name.endswith("__main__"):
            for function in vars(importlib.import_module(module.name)).values():
                if "__ranges__" in getattr(function, "__dict__", {}):
                    functions[f"{function.__module__}.{function.__name__}"] = function
    return functions


def outside(interval):
    """Numbers just outside an interval, beginning with NaN."""
    low, high = map(float, interval[1:-1].split(","))
    yield np.nan
    if low > -np.inf or interval[0] == "(":
        yield np.nextafter(low, -np.inf) if interval[0] == "[" else low
    if high < np.inf or interval[-1] == ")":
        yield np.nextafter(high, np.inf) if interval[-1] == "]" else high


def inside(interval):
    """A number inside an interval."""
    low, high = map(float, interval[1:-1].split(","))
    return max(low, min(high, 1e300)) / 2 + min(high, max(low, -1e300)) / 2


def test_every_declared_range_is_checked():
    functions = decorated_functions()
    assert functions
    for name, function in functions.items():
        # The body never runs, so that values need not fit together: anything inside will do.
        sound = dict.fromkeys(inspect.signature(function).parameters, None) | {
            argument: inside(interval) for argument, interval in function.__ranges__.items()
        }
        for argument, interval in function.__ranges__.items():
            for value in outside(interval):
                with pytest.raises(InputError, match=rf"^{argument} must be in .* at index 1$"):
                    function(**sound | {argument: [sound[argument], value]})
                    pytest.fail(f"{name} takes {argument} = {value}")
