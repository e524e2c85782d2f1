"""Throughput and waits of the model against a unit-by-unit simulation of the default pipeline.

The script `analysis/queue_simulation.py` runs further cells.
``pytest -s`` shows the table. The M/M/k case, to 1 %, is in test_queueing_simulation.
"""

import numpy as np
import pytest
import simpy
from scripts import load

CELLS = [(3, 0.8), (6, 0.9), (20, 0.9)]  # reviewers, utilisation
MILLIONS = 2.5  # of units, for a standard error of 2 to 5 %


@pytest.fixture(scope="module")
def script():
    return load("queue_simulation")


@pytest.mark.parametrize("cell", CELLS)
def test_throughput_is_within_one_per_cent_and_waits_within_six_of_the_models(script, cell):
    model = script.lab(*cell)
    simulation = script.simulate(model, MILLIONS, seed=2026)
    print("\n" + script.table([(model, simulation)]))
    assert simulation.error < 0.05 * simulation.wait
    assert simulation.throughput == pytest.approx(1, abs=0.01)
    assert model.wait == pytest.approx(
        simulation.wait, rel=0.06 + 2 * simulation.error / simulation.wait
    )
    assert model.two_moments > 1.05 * simulation.wait  # the formula of two moments is too high


def test_the_recursion_agrees_with_simpy_unit_by_unit(script):
    """AI works on all units in parallel; then each unit requests a reviewer."""
    model, units, rng = script.lab(6, 0.8), 6000, np.random.default_rng(4)
    begun = np.cumsum(rng.exponential(1 / model.rate.sum(), units))
    task = rng.choice(len(model.rate), units, p=model.rate / model.rate.sum())
    ready, service = (
        begun + model.work[task] / 10,
        rng.standard_exponential(units) * model.review[task],
    )
    clock, waits = simpy.Environment(), np.full(units, np.nan)
    reviewers = simpy.Resource(clock, capacity=6)

    def unit(number):
        yield clock.timeout(ready[number])
        with reviewers.request() as turn:
            yield turn
            waits[number] = clock.now - ready[number]
            yield clock.timeout(service[number])

    for number in range(units):
        clock.process(unit(number))
    clock.run()
    desks, order = script.Desks(6, 1), np.argsort(ready)
    starts = [desks.start(ready[number : number + 1], service[number])[0] for number in order]
    assert (waits > 0).any()
    # Times up to 1e5 h have a rounding error of 1e-11.
    np.testing.assert_allclose(np.array(starts) - ready[order], waits[order], atol=1e-8)


def test_the_script_answers_and_draws(script, tmp_path, capsys):
    assert (
        script.main(
            [
                "-o",
                str(tmp_path),
                "--millions",
                "0.05",
                "--reviewers",
                "6",
                "--utilisations",
                "0.5",
                "0.6",
            ]
        )
        == 0
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "queue_simulation.png",
        "queue_simulation.svg",
    ]
    assert len(capsys.readouterr().out.splitlines()) == 3
