"""Many nodes at once, in C loops: an order, a flat graph, copies, numbers in arrays, questions about lists."""
