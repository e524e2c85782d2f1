"""Settings of the whole suite."""

from hypothesis import settings

# The same examples every time, as far as may be: hypothesis also tries numbers that stand in the package's own code. Whether one
# of the few organisations that the allocation refuses is drawn must not decide whether a change passes: see `laws`. Other
# examples: change a test's name or its strategy.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
