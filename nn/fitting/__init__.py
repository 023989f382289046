"""What `nn.training.fit` is made of: its arguments, examples, loop and engines, and how it survives an interruption."""
