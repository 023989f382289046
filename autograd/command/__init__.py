"""Formulas as text: what `python -m autograd` reads."""
