"""The computation graph as a picture: in a notebook, as a file, or as DOT text to go on with.

drawing     `draw`, and the `Drawing` it returns
dot         a snapshot in DOT: values, operations, edges, legends
collapse    a large graph in DOT: one box for each neuron or layer
highlight   what every edge carries of one derivative
paint       how each part looks: theme, highlight and colours of gradients together
themes      all colours and shapes, light and dark
render      DOT laid out by Graphviz
svg         the SVG of Graphviz checked, with exact numbers on hovering
exports     the same graph as Mermaid and as JSON
animate     `animate`: the backward pass as a film
"""

from autograd.graph.snapshot import GraphTooLarge as GraphTooLarge
from autograd.picture.drawing import Drawing as Drawing
from autograd.picture.drawing import draw as draw
from autograd.picture.render import RenderError as RenderError
