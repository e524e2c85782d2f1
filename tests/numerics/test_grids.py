"""Lists of points: what is refused, and how."""

import pytest

from taskmodel.errors import InputError
from taskmodel.numerics.grids import increasing


@pytest.mark.parametrize("values", [[10**400], 10**400, ["a"], object()])
def test_what_is_no_list_of_numbers_is_refused_in_a_line(values):
    with pytest.raises(InputError, match="compute must be given as numbers; found") as caught:
        increasing("(0, inf)", "compute", values)
    assert len(str(caught.value)) < 120
