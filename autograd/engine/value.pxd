cimport cython

from autograd.engine.node cimport Extra, Node

cdef int ADD, SUB, MUL, DIV, POW, NEG, RELU, DOT
cdef int LEAF, REQUIRES, CONSTANT, INLINE_A, INLINE_B, WIDE
cdef double INF, RADIANS_A_DEGREE, DEGREES_A_RADIAN
cdef long modes

@cython.final
@cython.no_gc
cdef class Value(Node):
    pass

cdef double number(object x) except? -1.0
cdef double _data_of(Node v)
cdef bint is_plain(object x) except -1

cdef void _fill(Node v, Node a, Node b, double data, double da, double db, int op, int flags) noexcept
@cython.locals(v=Value)
cdef Value _constant(double data)
@cython.locals(v=Value)
cdef Value _unary(Node a, double data, double da, int op)
@cython.locals(v=Value)
cdef Value _binary(Node a, Node b, double data, double da, double db, int op)
@cython.locals(v=Value)
cdef Value _with_number(Node a, double c, bint left, double data, double da, int op)
@cython.locals(v=Value)
cdef Value _wide(int op, tuple operands, double data, object slopes, tuple params)
@cython.locals(a=Node)
cdef int _any_requires(tuple operands) except -1
cdef Value _under_modes(Value v)
@cython.locals(v=Value)
cpdef Value node(object op, object operands, object data, object local_grads, object params=*)
@cython.locals(y=double, v=Value)
cdef Value _apply_unary(Value a, str name)
@cython.locals(a=Node, b=Node, i=Py_ssize_t, total=double)
cdef double _dot(tuple operands, double[::1] slopes, Py_ssize_t n) except? -1.0

cdef Value _add(Node a, Node b)
cdef Value _add_number(Node a, double c, bint left)
cdef Value _subtract(Node a, Node b)
cdef Value _subtract_number(Node a, double c, bint left)
cdef Value _multiply(Node a, Node b)
cdef Value _multiply_number(Node a, double c, bint left)
@cython.locals(y=double)
cdef Value _divide_by(Node a, Node b)
@cython.locals(y=double)
cdef Value _divide_number(Node a, double c, bint left)
@cython.locals(slope=double)
cdef Value _power_number(Node a, double c)
@cython.locals(x=double)
cdef Value _relu(Node a)
cdef double _quotient(double a, double b) except? -1.0
cdef double _power(double x, double c) except? -1.0
