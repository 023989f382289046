"""From a recorded graph to blocks and matrices, one pass a file."""
