cimport cython


from autograd.engine.tape.fingerprint cimport Fingerprint
from autograd.engine.node cimport Node
from autograd.engine.tape.steps cimport run_back, run_back_from, run_forward, run_one_back, run_one_forward
from autograd.engine.tape.tape cimport Tape
from autograd.engine.arithmetic cimport number

cdef int REQUIRES

cdef object takes_gradient(Node v)
cdef double *start(double[::1] numbers) noexcept

@cython.final
cdef class Replay:
    cdef Tape tape
    cdef readonly object numbers, adjoints
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
