"""From a recorded graph to blocks that have their places in memory: the passes, in the order in which they run.

- `graph.read_graph`: Values -> a `Graph`, the first intermediate representation: plain lists, nodes by number.
- `simplify.assume_finite`: Graph -> Graph; no questions about 0 · inf, unless the source is to be careful.
- `simplify.fold_constants`: Graph -> Graph; what is computed of literals alone is a literal, x·1 is x.
- `sums.collect_sums`: Graph -> Graph; trees of additions are one sum, sums of products are dots.
- `simplify.merge_equal`: Graph -> Graph; of equal nodes one is left.
- `simplify.share_squares`: Graph -> Graph; x³ and x⁴ are computed of x², where that is there.
- `simplify.drop_dead`: Graph -> Graph; what no output depends on is gone.
- `alike.unshare`: Graph -> Graph; in careful sources, nothing is computed once for all examples.
- `alike.legalize`: Graph -> Graph; the operands of an operation on many are all inputs, all computed or all shared.
- `blocks.group_nodes`: Graph -> `NodeGroup`s; nodes of one level that one line of array code can compute.
- `matrices.lift`: NodeGroups -> `Block`s, the second representation: matrix products, rows, reductions.
- `layout.assign_layout`: Blocks -> a `Layout`; where each number lies, so that operands are slices.
"""
