"""Numbers of extreme size: an answer, or an error that names the input; never a raw warning."""

import warnings

import numpy as np
import pytest
from small import small_catalog

import taskmodel as tm
from taskmodel.catalog import load_catalog
from taskmodel.catalog.plausibility import implausible
from taskmodel.errors import CatalogError, TaskmodelError

TASKS = {
    "a": {"share": 0.5, "horizon": 2},
    "b": {"share": 0.25, "horizon": 20},
    "c": {"share": 0.25, "horizon": 200, "delegable": False},
}
REFUSED = {
    "tasks.a.share": (1e-300,),
    "tasks.a.horizon": (1e-310, 1e300),
    "tasks.a.review_ratio": (1e-310, 1e300),
    "pools.researchers.headcount": (1e-310, 1e300),
    "supervision.hours_per_year": (1e-310,),
    "production.elasticity": (1e-310, 1e5, 1e300),
    "capability.intercept": (101, -101, 1e300),
    "capability.slope": (1e-310, 1e300),
    "compute.today": (1e-300, 1e300),
    "compute.grid.low": (1e-300,),
    "compute.grid.high": (1e300,),
    "compute.inference_share": (1e-310,),
}


@pytest.mark.parametrize(
    "path, value", [(path, value) for path, values in REFUSED.items() for value in values]
)
def test_numbers_that_cannot_be_computed_with_are_refused_by_name(path, value):
    catalog = small_catalog(TASKS)
    change = catalog.changed_to(path, value) if path == "tasks.a.share" else {path: value}
    with pytest.raises(CatalogError) as caught:
        catalog.replace(change)
    (defect,) = caught.value.defects
    assert defect.path == path
    assert "allowed" in defect.message or "needed" in defect.message


SIZES = {
    "production.elasticity": (1e-100, 1e-9, 1 - 1e-9, 1 + 1e-9, 1e4),
    "compute.today": (1e-100, 1e100),
    "capability.intercept": (-100, 100),
    "capability.slope": (1e-100, 1e-3, 1e100),
    "capability.reference_compute": (1e-100, 1e100),
    "capability.tokens_per_human_second": (1e-100,),
    "capability.parameters_compute_ratio": (1e100,),
    "tasks.a.horizon": (1e-100, 1e100),
    "tasks.a.review_ratio": (1e-100, 1e100),
    "supervision.headcount": (1e-100, 1e100),
    "pools.researchers.headcount": (1e-100, 1e100),
    "compute.inference_share": (1e-100,),
    "compute.training_share": (1e-100,),
    "latency.serial_speed": (1e-100, 1e100),
}


@pytest.mark.parametrize(
    "path, value", [(path, value) for path, values in SIZES.items() for value in values]
)
def test_every_size_gives_an_answer_or_an_error_of_ours_and_no_warning(path, value):
    catalog = small_catalog(TASKS).replace({path: value})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for question in (
            lambda: tm.sweep(catalog, [1e26, 1e28, 1e32]),
            lambda: tm.latency(catalog),
            lambda: tm.elasticities(catalog),
        ):
            try:
                result = question()
            except TaskmodelError as error:
                named = path in str(error) or path.rpartition(".")[2] in str(error)
                assert named or "certified" in str(error)
                continue
            speedup = result.get("throughput_speedup")
            if speedup is not None:
                assert not (np.asarray(speedup) < 0).any()


def test_derivatives_at_verifiability_one_are_taken_from_inside():
    path = "tasks.a.verifiability.score"
    catalog = small_catalog(
        {
            "a": {"share": 0.5, "verifiability": {"score": 1.0}},
            "b": {"share": 0.5, "verifiability": {"score": 0.5}, "horizon": 3},
        },
        supervision={"defect_budget": 3.0},
        capability={"defect_probability": 0.2},
    )
    at_end, inside = (
        tm.elasticities(each, 3e29, [path])["output_elasticity"].item()
        for each in (catalog, catalog.replace({path: 1 - 1e-6}))
    )
    assert at_end == pytest.approx(inside, rel=1e-4)
    assert inside > 0.01


def test_sizes_that_are_hardly_meant_are_told_and_those_of_bundled_catalogs_are_not():
    for name in ("alignment_research", "ml_capability_rnd", "t_agi_ladder"):
        assert implausible(load_catalog(name)) == {}
    catalog = small_catalog({**TASKS, "a": {**TASKS["a"], "review_ratio": 40}})
    told = implausible(catalog)
    assert set(told) == {"tasks.a.review_ratio"}
    assert "40 h/h: review takes 40 times as long as the work" in told["tasks.a.review_ratio"]


def test_a_catalog_counts_its_judgements():
    catalog = load_catalog("t_agi_ladder")
    judged = set(catalog.judgements())
    assert judged
    for path, (keys, _, quantity) in catalog.quantities().items():
        basis = catalog.basis.get(str(keys[2])) if len(keys) > 2 else None
        own = quantity.source or getattr(basis, "source", ())
        assert (path in judged) == ("judgement" in own)
