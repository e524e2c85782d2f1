"""A catalog as an organisation: arrays for the optimum, serial time, and what an optimum achieves.

- `reviewers`: pools of reviewers and the tasks they may review;
- `quantities`: quantities of catalogs as arrays over points;
- `organisation`: factor use, supplies and open modes as functions of compute;
- `clock`: time per unit of each task, queues and the critical path;
- `measures`: speed-ups, binding factors and the share of oversight in an allocation.
"""
