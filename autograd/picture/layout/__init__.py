"""Where things stand, without a word on what they are: boxes in columns, wires between them, room for text.

layers      columns, boxes inside of boxes, the way of every wire
rows        a picture that is too wide, in several rows
placing     the order in a column, ports, heights
measure     the width of a text
"""
