cimport cython

from autograd.engine.kernels cimport (
    base_slope, exponent_slope, floor_quotient, larger, larger_slope, log_slope, logistic, power, quotient,
    rectified, rectified_slope, remainder,
)

from autograd.engine.fingerprint cimport Fingerprint
from autograd.engine.node cimport Node
from autograd.engine.tape cimport (
    ADD, COS, CUBE, DIV, DOT, EXP, LOG, MAXIMUM, MINUS, MOD, MUL, NEG, PLUS, POW, RELU, SIGMOID, SIN, SQRT, SQUARE,
    STOPS, SUB, SUM, TANH, WHERE, Tape,
)
from autograd.engine.value cimport number

cdef extern from "<math.h>":
    double c_exp "exp"(double x)
    double c_log "log"(double x)
    double c_sqrt "sqrt"(double x)
    double c_sin "sin"(double x)
    double c_cos "cos"(double x)
    double c_tanh "tanh"(double x)

cdef int REQUIRES

cdef object takes_gradient(Node v)
cdef double over(double a, double b) noexcept
cdef double *start(double[::1] numbers) noexcept

@cython.final
cdef class Replay:
    cdef Tape tape
    cdef readonly object numbers, adjoints
    cdef int[::1] kinds, first, operands, own
    cdef double[::1] kept, kept_too, block_rows, block_adjoints  # held, so that nobody resizes them
    cdef double *V
    cdef double *G
    cdef double *blocks
    cdef double *G_blocks
    cdef Py_ssize_t width, loaded
    cdef bint has_blocks

    @cython.locals(at=Py_ssize_t, i=Py_ssize_t)
    cdef object _start(self, Tape tape)
    @cython.locals(i=Py_ssize_t)
    cpdef bint load(self, object x)
    @cython.locals(i=Py_ssize_t)
    cpdef bint load_arguments(self, tuple shapes, tuple arguments) except -1
    @cython.locals(i=Py_ssize_t)
    cdef bint _load_argument(self, object shape, object x, int depth) except -1
    @cython.locals(y=double)
    cpdef double value(self) except? -1.0
    @cython.locals(i=Py_ssize_t, root=Py_ssize_t, y=double)
    cpdef double gradient(self, double seed, bint inputs) except? -1.0
    @cython.locals(start=Py_ssize_t, columns=Py_ssize_t, i=Py_ssize_t, o=Py_ssize_t, c=Py_ssize_t, root=Py_ssize_t,
                   ways="signed char[::1]", arrived="signed char[::1]")
    cpdef object jacobian(self, bint inputs, double[:, :] into)
    @cython.locals(leaves=Py_ssize_t, r=Py_ssize_t, j=Py_ssize_t, t=Py_ssize_t, s=Py_ssize_t, g=double, part=double,
                   operands="int[::1]", first="int[::1]", slopes="int[::1]")
    cdef int _back_from(self, Py_ssize_t root, signed char[::1] ways, signed char[::1] arrived) except -1
    cdef int _check(self) except -1
    @cython.locals(at=Py_ssize_t, w=Py_ssize_t, j=Py_ssize_t, e=Py_ssize_t, row=Py_ssize_t)
    cpdef object values(self, const double[:, :] X, double[:, :] into)
    @cython.locals(at=Py_ssize_t, w=Py_ssize_t, j=Py_ssize_t, k=Py_ssize_t, i=Py_ssize_t, e=Py_ssize_t, row=Py_ssize_t,
                   width=Py_ssize_t, leaves=Py_ssize_t, root=Py_ssize_t, total=double, part=double, odd=double,
                   G="double *", V="double *", careful=int)
    cpdef double gradients(self, const double[:, :] X, double seed, bint inputs, double[:, :] into,
                           double[:, :] outputs) except? -1.0
    cdef int _check_shapes(self, Py_ssize_t examples, Py_ssize_t columns, Py_ssize_t rows, Py_ssize_t width,
                           Py_ssize_t wanted) except -1
    @cython.locals(i=Py_ssize_t, e=Py_ssize_t, width=Py_ssize_t)
    cdef int _make_blocks(self) except -1
    @cython.locals(k=Py_ssize_t, e=Py_ssize_t, row=Py_ssize_t)
    cdef int _read(self, const double[:, :] X, Py_ssize_t at, Py_ssize_t w) except -1
    @cython.locals(k=Py_ssize_t, i=Py_ssize_t, j=Py_ssize_t, e=Py_ssize_t, r=Py_ssize_t, a=Py_ssize_t, b=Py_ssize_t,
                   c=Py_ssize_t, sa=Py_ssize_t, sb=Py_ssize_t, sc=Py_ssize_t, n=Py_ssize_t, bias=Py_ssize_t,
                   leaves=Py_ssize_t, kind=int, y=double, taken=double, stopped=bint, operands="int[::1]",
                   own="int[::1]", first="int[::1]",
                   kinds="int[::1]")
    cdef int _forward(self, double *V, Py_ssize_t width, Py_ssize_t w, bint slopes) except -1
    @cython.locals(e=Py_ssize_t, j=Py_ssize_t, start=Py_ssize_t, end=Py_ssize_t, y=double)
    cdef int _apply(self, double *V, Py_ssize_t k, Py_ssize_t width, Py_ssize_t w, bint slopes) except -1
    @cython.locals(j=Py_ssize_t, e=Py_ssize_t, g=Py_ssize_t, s=Py_ssize_t, t=Py_ssize_t, part=double, tape=Tape,
                   source="int[::1]", slope="int[::1]", target="int[::1]")
    cdef int _backward(self, double *V, double *G, Py_ssize_t width, Py_ssize_t w, bint inputs,
                       bint careful) except -1
