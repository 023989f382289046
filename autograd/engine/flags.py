"""What the bits of a node's flags mean, for the two compiled modules that share them."""

LEAF = -1  # in place of the index of an operation

REQUIRES = 1  # the walk back reaches this node
PARAMETER = 2
CONSTANT = 4
INLINE_A = 8  # the first operand is a plain number, kept in place of its local derivative until asked for
INLINE_B = 16  # the second is
WIDE = 32  # any number of operands, kept apart
MEMBER = 64  # one softmax of several: of its own operand and of the node that they share
SHARED = 128  # that node, which orders leave out unless they are asked for it
MIRRORED = 256  # a leaf whose number stands in the array of a `NumberReader` too

ROLES = {"input": REQUIRES, "parameter": REQUIRES | PARAMETER, "constant": CONSTANT}


def role_of(code: int, flags: int) -> str:
    """What a node is, from the index of its operation and its flags; see `Node.role`."""
    if code != LEAF:
        return "result"
    return "constant" if flags & CONSTANT else "parameter" if flags & PARAMETER else "input"
