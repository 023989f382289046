"""From blocks to readable NumPy source. In the order in which the text of a program comes about:

formula        formulas that print NumPy code
numpy_names    the namespace over which the rules of the table give such formulas, and what NumPy lacks
names          names in the source, made of labels
patterns       how the places of rows in an array are written
draft          the arrays, names and lines that the following files add to
places         where a block reads and writes, as formulas
reductions     sum, softmax, std and the like as array code
forward        the lines that compute each block
adjoints       where gradients are kept on their way back
backward       the lines that compute gradients
buffers        one operation a line, and arrays that share memory
emit           the lines as the source of a module
"""
