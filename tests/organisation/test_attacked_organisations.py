"""Monitors and attacks in an organisation: hours, escapes, coverage, and what is refused."""

import numpy as np
import pytest
from first import first
from small import small_catalog

import taskmodel as tm
from taskmodel.errors import CatalogError, InputError
from taskmodel.organisation.organisation import organisation
from taskmodel.organisation.quantities import Quantities
from taskmodel.science.review_effort import detection, detection_curve

VERIFIABLE = {"verifiability": {"score": 0.75}}
MONITOR = {"true_positive": 0.85, "false_positive": 0.05}


def monitored(defects, coverage=0.0, **changes):
    """One task, under a monitor."""
    return small_catalog(
        {"only": {"share": 1, "review_ratio": 0.25, "defect_probability": defects, **VERIFIABLE}},
        protocols={
            "watched": {
                "title": "Watched",
                "coverage": coverage,
                "floors": False,
                "monitor": MONITOR,
            }
        },
        supervision={"protocols": ["watched"]},
        **changes,
    )


@pytest.mark.parametrize(("share", "hours"), [(0.01, 0.0145), (0.2, 0.0525)])
def test_people_look_at_alerts(share, hours):
    """Review hours of an attempt, r (pi T + (1 - pi) F), and defects that pass, 1 - T h."""
    research = organisation(monitored(share))
    attempt = research.fixed_review[0, 0, 1, 1] * (1 - share)
    assert round(float(attempt), 4) == hours
    found = detection(0.25, *detection_curve(0.75))
    assert float(research.unnoticed[0, 0, 1]) == pytest.approx(1 - 0.85 * float(found))


def test_beyond_alerts_people_look_at_random():
    alerts, found = 0.2 * 0.85 + 0.8 * 0.05, float(detection(0.25, *detection_curve(0.75)))
    research = organisation(monitored(0.2, coverage=0.5))
    attention = 0.85 + 0.15 * (0.5 - alerts) / (1 - alerts)
    assert float(research.unnoticed[0, 0, 1]) == pytest.approx(1 - attention * found)
    assert research.fixed_review[0, 0, 1, 1] == pytest.approx(0.5 * 0.25 / 0.8)


HARM = {"build": 10.0, "test": 3.0, "write": 1.0}


def attacked(tolerated, blocks=None, **supervision):
    tasks = {
        name: {"share": share, "attack_harm": harm, **VERIFIABLE, "review_ratio": 1.0}
        for (name, harm), share in zip(HARM.items(), (0.2, 0.3, 0.5), strict=True)
    }
    rules = {"coverage": "floor", "tolerated_harm": tolerated, **supervision}
    return small_catalog(tasks, supervision=rules, protocols=blocks or {})


def test_people_look_where_attacks_would_hurt():
    """v = max(floor, (1 - mu/H)/d), in every mode."""
    catalog = attacked(2.0)
    found = float(detection(1.0, *detection_curve(0.75)))
    harm = np.array([*HARM.values()])
    least = np.maximum(1 - 2.0 / harm, 0) / found
    coverage = Quantities(catalog).coverage[0]
    assert coverage[:, 1] == pytest.approx(np.maximum(least, 0.1))
    assert coverage[:, 2] == pytest.approx(least) and coverage[:, 0] == pytest.approx(1)
    expected = harm * (1 - coverage[:, 2] * found)
    assert expected.max() == pytest.approx(2.0)


def test_no_tolerance_is_no_attack():
    assert (Quantities(attacked(None)).coverage[0, :, 1] == 0.1).all()
    tolerant = Quantities(attacked(10.0)).coverage[0]
    assert (tolerant == Quantities(attacked(None)).coverage[0]).all()


def test_less_tolerance_never_gives_more_research():
    outputs = [float(tm.sweep(attacked(mu), compute=[1e31])["output"][0]) for mu in (2, 3, 6, 10)]
    assert outputs == sorted(outputs) and outputs[0] < outputs[-1]


def test_ai_may_not_do_what_no_look_can_guard():
    found = float(detection(1.0, *detection_curve(0.75)))
    least = 10 * (1 - found)
    guarded, closed = (organisation(attacked(mu * least)) for mu in (1 + 1e-9, 1 - 1e-9))
    assert np.isfinite(guarded.opens_at[0]).all()
    assert np.isinf(closed.opens_at[0]).tolist() == [True, False, False]
    assert Quantities(attacked((1 + 1e-9) * least)).coverage[0, 0, 1] == pytest.approx(1)


def test_a_protocol_that_cannot_guard_a_task_has_to_be_forbidden():
    """Assisted review takes less time, and finds less."""
    brief = {"title": "Brief", "coverage": 1, "review_effort": 0.2}
    full = {"title": "Full", "coverage": 1}
    least = 10 * (1 - float(detection(1.0, *detection_curve(0.75))))
    changes = {"protocols": ["brief", "full"], "coverage": "full"}
    catalog = attacked(1.5 * least, **changes, blocks={"brief": brief, "full": full})
    with pytest.raises(InputError, match=r"add brief to tasks.build.forbids"):
        organisation(catalog)
    mended = catalog.replace({"tasks.build.forbids": ["brief"]})
    assert np.isfinite(organisation(mended).opens_at[0]).all()


def defects(*arguments, **changes):
    with pytest.raises(CatalogError) as caught:
        small_catalog(*arguments, **changes)
    return {defect.path: defect.message for defect in caught.value.defects}


def test_bad_attacks_are_refused():
    tasks = {"only": {"share": 1, "attack_harm": 2}}
    found = defects(tasks, supervision={"tolerated_harm": 1, "detection_gap": 0.1})
    assert "'verifiability' is missing" in found["tasks.only.attack_harm"]
    assert "set detection_gap to 0" in found["supervision.tolerated_harm"]
    harmless = {"only": {"share": 1}}
    found = defects(harmless, supervision={"tolerated_harm": 1})
    assert "no task has an attack_harm" in found["supervision.tolerated_harm"]
    graded = {"success": "logistic", "success_slope": 0.84, "worker": "frontier"}
    with pytest.raises(CatalogError, match="alerts of the monitor of watched"):
        monitored(0.1, capability=graded)


def test_the_mends_of_bad_attacks_work():
    """A score of verifiability, no harm of attacks, and detection that does not fall."""
    harm, rules = {"share": 1, "attack_harm": 2}, {"tolerated_harm": 1}
    assert defects({"only": harm}).keys() == {"tasks.only.attack_harm"}
    mended = {"only": {**harm, **VERIFIABLE, "review_ratio": 1.0}}
    small_catalog(mended, supervision=rules)
    small_catalog({"only": {"share": 1}})
    falling = {**rules, "detection_gap": 0.1}
    assert defects(mended, supervision=falling).keys() == {"supervision.tolerated_harm"}
    small_catalog(mended, supervision={**falling, "detection_gap": 0})


def test_the_bundled_monitor_takes_less_review_than_a_look_at_everything():
    catalog = first()
    outputs = [
        float(
            tm.sweep(catalog.replace({"supervision.protocols": [name]}), compute=[1e31])["output"][
                0
            ]
        )
        for name in ("full_review", "spot_checks", "monitored")
    ]
    assert outputs == sorted(outputs)


# Ceilings of an independent evaluator: people look at 20, 5 and 1 % of all that AI does.
@pytest.mark.parametrize(
    ("share", "floors", "ceiling"),
    [(0.2, False, 13.1222), (0.05, False, 47.7927), (0.01, False, 230.6962), (0.05, True, 10.1178)],
)
def test_policy_floors_and_not_alerts_are_the_ceiling(share, floors, ceiling):
    from locations import DATA

    catalog = tm.load_catalog(DATA / "alignment_research_b27e634.yaml").replace(
        {
            "protocols.some": {"title": "Some", "coverage": share, "floors": floors},
            "supervision.protocols": ["some"],
        }
    )
    result = tm.sweep(catalog, compute=[1e34])
    assert round(float(result["oversight_ceiling_full"]), 4) == ceiling
