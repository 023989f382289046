cimport cython

from autograd.engine.applying cimport apply_unary
from autograd.engine.arithmetic cimport (
    Arithmetic, constant, cos_of, exp_of, install, is_plain, log_of, multiply_number, relu_of, sigmoid_of, sin_of,
    sqrt_of, tanh_of,
)
from autograd.engine.backward cimport step_back, walk_back
from autograd.engine.node cimport in_modes

cdef int LEAF, REQUIRES, MEMBER, MIRRORED
cdef double RADIANS_A_DEGREE, DEGREES_A_RADIAN

@cython.final
@cython.no_gc
cdef class Value(Arithmetic):
    pass
