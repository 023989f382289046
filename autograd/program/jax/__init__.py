"""Programs as pure functions over `jax.numpy`: for `jit`, `grad`, `vmap`, and for other devices than one CPU.

- `plan`: blocks with their places -> steps that read parts of arrays and make new ones.
- `names`: the namespaces over which the rules of the table run on JAX's arrays.
- `rows`: a row of the table as a function that JAX differentiates by the row's own rules.
- `reductions`: operations along an axis of an array of operands, with the rules that NumPy code has.
- `steps`: what each form of block computes.
- `trees`: parameters as a tree of arrays that mirrors a module.
- `function`: `JaxFunction`, all of it as one function.

Nothing here is imported before somebody asks for it: `plan` alone does without JAX.
"""
