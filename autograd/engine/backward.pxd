cimport cython

from autograd.engine.node cimport Extra, Node, NodeFields, pair_slope

cdef extern from "memory.h":
    void look_ahead(NodeFields *v)

cdef NodeFields *NOTHING
cdef int LEAF, REQUIRES, WIDE, MEMBER

cdef bint _to_meet(NodeFields *a) noexcept
@cython.locals(operands=tuple, operand=Node)
cdef NodeFields *_wide_operand_to_meet(NodeFields *v) noexcept
cdef void _meet(NodeFields *v, NodeFields *above) noexcept
@cython.locals(v="NodeFields *", a="NodeFields *", above="NodeFields *", done="NodeFields *")
cdef void _link(Node root) noexcept
@cython.locals(v=Node, stack=list)
cdef void _forget(Node root) except *
@cython.locals(v="NodeFields *", link="NodeFields *")
cdef void walk_back(Node root, double seed, bint anomalies) except *
@cython.locals(a=Node)
cdef void step_back(Node v, bint anomalies) except *
cdef void _pass_back(NodeFields *v) noexcept
@cython.locals(operand=Node, i=Py_ssize_t)
cdef void _spread(Extra extra, double grad) noexcept
@cython.locals(operand=Node, i=Py_ssize_t)
cdef void _spread_pairs(Node v) noexcept
@cython.locals(part=double)
cdef void _send(NodeFields *a, double slope, double grad) noexcept
