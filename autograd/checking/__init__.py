"""Behind `autograd.testing`: derivatives against difference quotients, and gradients by hand against the graph.

Behind `gradcheck`, from the ground up: `rounding` bounds the rounding error of a recorded result; `partials` evaluates
the derivatives of one order at points beside the given one; `differences` extrapolates difference quotients to step 0
and says how far off the limit is; `comparing` holds a derivative by the engine against it; `report` shows the outcome,
and `causes` says what cuts the graph, or whose rule is wrong.

Behind `assert_gradients`: `places` finds where on its paths a derivative by hand can go wrong; `mistakes` works out
what would come of each mistake; `diagnosis` finds the one that fits, and keeps quiet where several do; `sentences` puts
it into words; `mismatch` shows the table; `by_hand` brings all together.
"""
