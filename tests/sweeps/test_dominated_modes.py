"""A mode that needs more of a scarce factor than another of its task, and less of none, is idle."""

import numpy as np
from first import first

import taskmodel as tm
from taskmodel.organisation.organisation import organisation
from taskmodel.uncertainty import sampler

COMPUTE = 1e26


def test_no_dominated_mode_works_where_a_price_nearly_vanishes():
    """Here people's own price is 1e-18 of that of experiments: equal costs do not tell."""
    catalog = first()
    columns = sampler(catalog).draw([270282], 5)
    catalog = catalog.replace({path: float(column[0]) for path, column in columns.items()})
    result, own = tm.sweep(catalog, [COMPUTE], keep="all"), organisation(catalog)
    at = np.array([COMPUTE])
    bundle, allowed = own.bundles(at)[0], own.open_modes(own.automatable(at))[0]
    activity, price = result["activity"].values[0], result["shadow_price"].values[0]
    assert 0 < price[0] < 1e-12 * price.max()
    compared = 0
    for task, modes in enumerate(bundle):
        for mode, other in ((m, o) for m in range(len(modes)) for o in range(len(modes))):
            if allowed[task, mode] and allowed[task, other] and mode != other:
                needs, least = modes[mode][price > 0], modes[other][price > 0]
                if (least <= needs).all() and (least < needs).any():
                    compared += 1
                    assert activity[task, mode] == 0
    assert compared > 0
