"""Numerical methods that know nothing of the model: arrays and functions in, arrays out.

- `accuracy`: the tolerances of the package;
- `types`: array types for annotations;
- `ranges`, `grids`: checks of arguments and of grids;
- `roots`, `fixed_points`: roots, minima and fixed points of functions that may jump;
- `piecewise`: first passage of a piecewise linear function;
- `integral_equation`: accumulated rates, with an error estimate;
- `normal`: the standard normal distribution;
- `contours`: curves between the regions of a plane.
"""
