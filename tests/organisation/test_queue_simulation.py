"""The default pipeline's reviews, played unit by unit: throughput and waits against the model's. Other cells: the script itself.

``pytest -s`` shows the table. The M/M/k case, to 1 %, is in test_queueing_simulation.
"""

import numpy as np
import pytest
import simpy
from scripts import load

CELLS = [(3, 0.8), (6, 0.9), (20, 0.9)]
MILLIONS = 2.5  # of units, for a standard error of 2 to 5 %


@pytest.fixture(scope="module")
def script():
    return load("queue_simulation")


@pytest.mark.parametrize("cell", CELLS)
def test_throughput_is_within_one_per_cent_and_waits_within_six_of_the_models(script, cell):
    place = script.lab(*cell)
    played = script.play(place, MILLIONS, seed=2026)
    print("\n" + script.table([(place, played)]))
    assert played.error < 0.05 * played.wait
    assert played.throughput == pytest.approx(1, abs=0.01)
    assert place.wait == pytest.approx(played.wait, rel=0.06 + 2 * played.error / played.wait)
    assert place.two_moments > 1.05 * played.wait  # what two moments alone would say is too high


def test_the_recursion_gives_every_unit_the_wait_that_simpy_gives_it(script):
    """AI works on every unit, as many at once as there are; then each asks for a reviewer."""
    place, units, rng = script.lab(6, 0.8), 6000, np.random.default_rng(4)
    begun = np.cumsum(rng.exponential(1 / place.rate.sum(), units))
    task = rng.choice(len(place.rate), units, p=place.rate / place.rate.sum())
    ready, service = (
        begun + place.work[task] / 10,
        rng.standard_exponential(units) * place.review[task],
    )
    world, waits = simpy.Environment(), np.full(units, np.nan)
    reviewers = simpy.Resource(world, capacity=6)

    def unit(number):
        yield world.timeout(ready[number])
        with reviewers.request() as turn:
            yield turn
            waits[number] = world.now - ready[number]
            yield world.timeout(service[number])

    for number in range(units):
        world.process(unit(number))
    world.run()
    desks, order = script.Desks(6, 1), np.argsort(ready)
    starts = [desks.start(ready[number : number + 1], service[number])[0] for number in order]
    assert (waits > 0).any()
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
