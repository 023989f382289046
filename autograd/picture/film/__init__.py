"""What films share: those of a backward pass, and those of a training.

timeline    when each part of a moving SVG is seen
controls    a film in a notebook, with a button to stop it and a slider over its steps
gif         images as a GIF
"""
