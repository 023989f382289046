"""The computation graph as a picture: in a notebook, as a file, or as DOT text to go on with.

drawing     `draw`, and the `Drawing` it returns
collapse    what is shown of a graph: boxes for what is folded, frames, the nodes outside
figure      what is shown as boxes and wires with sizes
names       short names for the eye: neuron 2, w₂₁
fit         how far a graph is folded and which way it runs, so that it can be read
layout      where everything stands
write       the SVG of it
render      the SVG painted as PNG, as PDF, and as images of a film
paint       how each part looks: theme, highlight and colours of gradients together
themes      all colours and shapes, light and dark
highlight   what every edge carries of one derivative
svg         what is said of a picture and its parts on hovering
cell        a picture in a notebook
dot         the same graph in DOT, for Graphviz
exports     the same graph as Mermaid and as JSON
animate     `animate`: the backward pass as a film
film        when what is seen of it, as SVG, as GIF and in a notebook
"""

from autograd.graph.snapshot import GraphTooLarge as GraphTooLarge
from autograd.picture.drawing import Drawing as Drawing
from autograd.picture.drawing import draw as draw
from autograd.picture.render import RenderError as RenderError
