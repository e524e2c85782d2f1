"""No file makes the reader fail: it is read, or refused with a reason."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mangled_files import BASES, TEXTS, mangled, records, verdict
from sizes import cases, examples

FLAVOURS = ("valid", "extreme", "broken")


@pytest.mark.parametrize("kind", BASES)
@given(data=st.data())
@settings(
    max_examples=examples(9),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_values_of_any_kind_are_read_or_refused(kind, data, tmp_path):
    flavour = data.draw(st.sampled_from(FLAVOURS))
    content = data.draw(records(kind, flavour)).encode("utf-8", "surrogatepass")
    assert verdict(tmp_path / "file.yaml", content).fault == ""


@pytest.mark.parametrize("kind", BASES)
def test_bytes_by_chance_are_read_or_refused(kind, tmp_path):
    rng = random.Random(kind)
    for _ in range(cases(20, 300)):
        text, other = rng.choice(TEXTS[kind]), rng.choice(TEXTS[rng.choice([*TEXTS])])
        content = mangled(rng, text, other)
        assert verdict(tmp_path / "file.yaml", content).fault == "", content
