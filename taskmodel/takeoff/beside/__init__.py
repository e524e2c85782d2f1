"""An alignment organisation inside a simulated world, beside its capability research.

`alignment_beside` solves a world, takes the compute of its largest training run for the catalog,
and returns the dates at which both sides reach their milestones, with the alignment work done by
then. Modules, from the bottom: `embedding` (the catalog in the world), `work` (accumulated work as
an integral equation), `first_passage` (dates of milestones), `_alignment_beside` (the dataset).
"""

from taskmodel.takeoff.beside._alignment_beside import alignment_beside

__all__ = ["alignment_beside"]
