"""Davidson's Full Takeoff Model: compute grows, AI automates tasks, and its output grows compute.

Economics: `requirements` (training and running compute of tasks), `division` (the tasks of a
sector), `shares` and `economy` (three sectors), `rules` (investment and returns), `moments` (the
state at one moment).

Solution through time: `flow` states the equations for a set of parameters, `solution` solves them
and reads the result; `reference` reproduces the steps of the published program. In compiled loops:
`table_kernels` (the arrays), `division_kernels`, `flow_kernels` (the derivative), `era_kernels`
(until when rules hold), `step_kernels` (the method) and `moment_kernels` (the state at a time).

Input and output: `world` (the file of parameters), `track` and `headlines` (milestones),
`results` (the dataset), `simulation` (one run), `draws` (many runs) and `solve_for_date` (the
inverse problem).

References
----------
Davidson (2023), What a compute-centric framework says about takeoff speeds.
"""
