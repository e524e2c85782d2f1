"""Closed forms of the model's parts: functions of arrays, which know neither catalogs nor files.

One module for each piece of theory. Arguments are numbers or arrays that broadcast against each
other; the docstrings give shapes, units, ranges and sources. An argument outside its range raises
an `InputError` that names it, so that docstrings have a section "Raises" only for other reasons.
"""
