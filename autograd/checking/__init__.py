"""Behind `autograd.testing.gradcheck`: a numeric slope, how far it is off, and whether a derivative agrees with it.

In this room, from the ground up: `rounding` bounds the rounding error of a recorded result; `partials` evaluates the
derivatives of one order at points beside the given one; `differences` extrapolates difference quotients to step 0 and
says how far off the limit is; `comparing` holds a derivative by the engine against it; `report` shows the outcome.
"""
