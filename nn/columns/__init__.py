"""Columns of examples as they come from outside: what they must be, how they become arrays, and their exact sums.

`checks` refuses what is no column, label or number; `arrays` reads columns of plain numbers in one go and gives results
back as the columns came; `sums` adds arrays up as `math.fsum` adds up lists; `draws` fills arrays from Python's random
generators.
"""

from nn.columns.arrays import Column as Column
from nn.columns.arrays import as_numbers as as_numbers
from nn.columns.arrays import is_array as is_array
from nn.columns.arrays import like_these as like_these
from nn.columns.checks import check_aligned as check_aligned
from nn.columns.checks import check_label as check_label
from nn.columns.checks import check_labels as check_labels
from nn.columns.checks import in_a_plane as in_a_plane
from nn.columns.checks import in_order as in_order
from nn.columns.checks import is_column as is_column
from nn.columns.checks import named_number as named_number
from nn.columns.draws import normals as normals
from nn.columns.draws import shuffled as shuffled
from nn.columns.draws import uniforms as uniforms
from nn.columns.sums import exact_length as exact_length
from nn.columns.sums import exact_sum as exact_sum
