"""Does the model give back what is published? Every published or reference result it reproduces, in one table.

`published.yaml` holds what others found, where, and how near we have to come; never what the model says, which is computed
each time it is asked. To add a result, add it there; if it needs a new kind of computation, add one function to `computations`.
The modules: `published` (reads the file), `computations` (ours), `verdicts` (the comparison), `table` (text and records).

Examples
--------
>>> from taskmodel.validation import published_results, validate
>>> (outcome,) = validate([result for result in published_results() if result.id == "amdahl.nine_tenths_tenfold"])
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
