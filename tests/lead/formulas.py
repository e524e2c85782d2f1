"""Hypothesis strategies and inputs that the tests of the closed forms of a lead share."""

import numpy as np
from hypothesis import strategies as st

SEED = {"streams": 10, "serial_tokens": 10, "stream_speed": 50}
share = st.floats(0, 1)


def positive(low=1e-3, high=1e3):
    """Numbers whose logarithm is uniform."""
    return st.floats(np.log(low), np.log(high)).map(lambda x: float(np.exp(x)))
