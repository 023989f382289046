"""Training on JAX: `fit(engine="jax")`, on one device or on several, in one process or in several.

- `step`: one step of a training as a pure function: losses, gradient, clipping, the rule of the optimizer.
- `feeding`: batches on their way to the devices, each process with its own share.
- `engine`: `JaxEngine`, which keeps parameters and optimizer on the devices between two looks at the model.
- `command`, `worker`: `python -m nn train`: processes, and the one that watches them.
"""
