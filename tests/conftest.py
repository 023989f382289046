"""What every test shares: how long hypothesis searches, and no window for plots."""

import os

from hypothesis import settings

# "default" draws the same examples in every run; "long" searches at random, for an evening.
settings.register_profile("default", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("long", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

os.environ.setdefault("MPLBACKEND", "Agg")
