"""Davidson's Full Takeoff Model: compute grows, AI automates tasks, and its output grows compute.

Economics, from the bottom: `requirements` (training and running compute of tasks), `two_factors`
and `continuum` (the optimal division of labour and compute over tasks), `economy` (three sectors),
`rules` (investment and returns), `moments` (the state at one moment).

Solution through time: `flow` (differential equations with switches and a delay), solved by
`bogacki_shampine` and `solve`, for many runs at once by `stacked` and `lockstep`; `reference`
reproduces the steps of the published program.

Input and output: `world` (the file of parameters), `track` and `headlines` (milestones),
`results` (the dataset), `simulation` (one run), `draws` (many runs) and `solve_for_date` (the
inverse problem).

References
----------
Davidson (2023), What a compute-centric framework says about takeoff speeds.
"""
