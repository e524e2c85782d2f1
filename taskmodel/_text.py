"""Numbers as people read them, to about three digits."""

import math
from collections.abc import Sequence


def scientific(value: float, digits: int = 3) -> str:
    """Return a number to a few digits, large ones as mantissa and exponent.

    Examples
    --------
    >>> scientific(8.4e28), scientific(3.2675e26)
    ('8.4e28', '3.27e26')
    """
    mantissa, exponent_sign, exponent = f"{value:.{digits}g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent_sign else mantissa


def number(value: float) -> str:
    """Return a number to about three digits, and a dash for NaN.

    Examples
    --------
    >>> [number(value) for value in (1.2658, 40000.0, 3.2e9, float("inf"), float("nan"))]
    ['1.27', '40,000', '3.2e9', 'no limit', '-']
    """
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return "no limit"
    if abs(value) >= 1e7 or 0 < abs(value) < 0.005:
        return scientific(value, 2)
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{decimals}f}"


def as_given(value: float) -> str:
    """Return a number of a file or a setting in full, as far as seven digits.

    Examples
    --------
    >>> [as_given(value) for value in (1.045, 0.5, 1700.0, 4.2e29, float("inf"), float("nan"))]
    ['1.045', '0.5', '1,700', '4.2e29', 'no limit', '-']
    """
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return "no limit"
    if abs(value) >= 1e7 or 0 < abs(value) < 1e-4:
        return scientific(value, 7)
    return f"{value:,.7g}"


def counted(count: int, name: str) -> str:
    """Return how many there are of something.

    Examples
    --------
    >>> counted(0, "task"), counted(1, "task"), counted(2560, "draw")
    ('0 tasks', '1 task', '2,560 draws')
    """
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def percent(value: float) -> str:
    """Return a share in whole per cent, and a dash for NaN.

    Examples
    --------
    >>> percent(0.166), percent(0.001), percent(0.0), percent(float("nan"))
    ('17 %', '<1 %', '0 %', '-')
    """
    if math.isnan(value):
        return "-"
    if 1e-9 < value < 0.005:
        return "<1 %"
    return f"{100 * value:.0f} %"


def percents(shares: Sequence[float]) -> list[str]:
    """Return shares in whole per cent that add up to their sum: the largest remainders go up.

    Examples
    --------
    >>> percents([0.866, 0.079, 0.055]), percents([0.335, 0.335, 0.33])
    (['87 %', '8 %', '5 %'], ['34 %', '33 %', '33 %'])
    """
    parts = [100 * share for share in shares]
    whole = [math.floor(part) for part in parts]
    remainders = sorted(range(len(parts)), key=lambda index: whole[index] - parts[index])
    for index in remainders[: round(sum(parts)) - sum(whole)]:
        whole[index] += 1
    return [
        f"{number} %" if number or not share else "<1 %"
        for number, share in zip(whole, shares, strict=True)
    ]


def signed(value: float, digits: int = 3, unit: str = "") -> str:
    """Return a number with its sign, and a dash for NaN.

    Examples
    --------
    >>> signed(0.25), signed(-1.0, 1, " %"), signed(float("nan"))
    ('+0.250', '-1.0 %', '-')
    """
    return "-" if math.isnan(value) else f"{value:+.{digits}f}{unit}"
