"""A recorded graph as a list of steps, which is run again at other numbers; nothing is recorded anew."""
