"""The chain rule, explained: a derivative as a sum over paths, both passes as a table, and why the passes are sorted.

explanation   `explain`, and the `Explanation` it returns
factors       what an explanation is made of: paths, and the factors on each
stops         where the paths stop: at named nodes, at neurons, at layers
jacobians     paths from layer to layer, with matrices for factors
writing       an explanation as text, LaTeX and HTML
notation      names, numbers and derivatives in the same three styles
operations    what a node computes, in the names of its operands
table         `trace_table`: the forward and the reverse pass, row by row
order         `why_order`: the naive recursion beside the sorted pass

`import autograd` loads none of this: `explain`, `trace_table` and `why_order` are imported at their first use.
"""

from autograd.explanation.explanation import Explanation as Explanation
from autograd.explanation.explanation import explain as explain
from autograd.explanation.order import OrderComparison as OrderComparison
from autograd.explanation.order import why_order as why_order
from autograd.explanation.table import TraceTable as TraceTable
from autograd.explanation.table import trace_table as trace_table
