"""An alignment organisation inside a simulated world, beside its capability research.

`alignment_beside` solves a world, takes the compute of its largest training run for the catalog,
and returns the dates at which both sides reach their milestones, with the alignment work done by
then. Modules, from the bottom: `embedding` (the catalog in the world), `capability_map` (one for
both), `work` (accumulated work as an integral equation), `first_passage` (dates of milestones),
`_alignment_beside` (the dataset), `_months_between`.
"""

from taskmodel.takeoff.beside._alignment_beside import alignment_beside
from taskmodel.takeoff.beside._months_between import months_between

__all__ = ["alignment_beside", "months_between"]
