"""Published and reference results, compared with the values of the model.

`published.yaml` holds the published values, their sources and tolerances; the model's values are
computed on every call. A new result is an entry there; a new kind of computation is a function in
`computations`. Modules: `published` (the file as records), `computations` (the model's values),
`verdicts` (the comparison), `table` (text and records of the comparison).

Examples
--------
>>> from taskmodel.validation import published_results, validate
>>> name = "amdahl.nine_tenths_tenfold"
>>> (outcome,) = validate([result for result in published_results() if result.id == name])
>>> outcome.verdict.value, round(outcome.ours, 4)
('agrees', 5.2632)
"""

from taskmodel.validation.published import Published, published_results
from taskmodel.validation.table import as_records, as_text
from taskmodel.validation.verdicts import Outcome, Verdict, exit_code, validate

__all__ = [
    "Outcome",
    "Published",
    "Verdict",
    "as_records",
    "as_text",
    "exit_code",
    "published_results",
    "validate",
]
