"""What became of a graph, in words: which nodes became matrix products, which did not, and why."""

from __future__ import annotations

from autograd.program.passes.blocks import ACROSS, ALONG, ELEMENTWISE, FAMILY, PRODUCT, ROWWISE, Block
from autograd.program.passes.graph import INPUT, Graph
from autograd.program.source.draft import Draft
from autograd.program.source.forward import Read
from autograd.support.text import plural


def report(recorded: Graph, draft: Draft, reads: Read) -> str:
    """One line for each block, after a summary."""
    blocks = draft.layout.blocks
    lifted = sum(block.size for block in blocks if block.form == PRODUCT)
    left, steps = plural(len(draft.graph.order), "operation"), plural(len(blocks), "block")
    lines = [f"{plural(len(recorded), 'node')} recorded, {left} left, computed in {steps}"]
    if any(block.op == "dot" for block in blocks):
        dots = sum(block.size for block in blocks if block.op == "dot")
        lines.append(f"{lifted} of {dots} weighted sums are rows of matrix products")
    for b, block in enumerate(blocks):
        notes = [*_notes(draft, b, block), *_gathers(reads, b, block)]
        lines.append(f"  {draft.block_names[b]}: {_what(block)}" + (f" ({'; '.join(notes)})" if notes else ""))
    used = {leaf.position for i, leaf in recorded.leaves.items() if leaf.kind == INPUT}
    idle = [str(k) for k in range(draft.columns) if k not in used]
    if idle:
        lines.append(f"  columns of X that nothing depends on: {', '.join(idle)}")
    return "\n".join(lines)


def _what(block: Block) -> str:
    count = f"{block.size} × {block.op}"
    if block.form == PRODUCT:
        (rows, k), (_, columns) = block.operands[0].shape, block.operands[1].shape
        batch = " for each example" if block.batched else ""
        return f"{count}, matrix product of {rows}×{k} with {k}×{columns}{batch}"
    if block.form == ROWWISE:
        return f"{count} of length {len(block.operands[0])}, row by row"
    if block.form in (ALONG, FAMILY):
        return f"{count} over {len(block.operands[0])} operands"
    if block.form == ACROSS:
        return f"{count}, over the examples"
    return f"{count}, {'together' if block.size > 1 else 'alone'}"


def _notes(draft: Draft, b: int, block: Block) -> list[str]:
    notes = [f"no matrix product: {block.why}"] if block.why else []
    if block.op in draft.foreign:
        notes.append("one number at a time: its rule does not run over arrays")
    if block.form == ELEMENTWISE and block.size == 1 and len(draft.layout.blocks) > 1:
        notes.append("nothing else on its level does the same to operands of these kinds")
    if not block.batched:
        notes.append("once for the whole batch")
    return notes


def _gathers(reads: Read, b: int, block: Block) -> list[str]:
    gathered = [j for j, reference in enumerate(reads[b]) if reference.index]
    return [f"operand {', '.join(map(str, gathered))} gathered: its rows do not lie in order"] if gathered else []
