"""Checkpoints: a training that was killed goes on as if it had not been, bit for bit.

- `file`: one file in a folder, written whole or not at all, and read with suspicion.
- `lock`: one training at a time in a folder.
- `settings`: what must be the same for a training to go on: everything that changes its numbers.
- `content`: what the file must hold, checked as a whole before anything changes.
- `resuming`: from a training under way to the content of the file, and back.
"""

from nn.training.checkpoint.file import Checkpoint as Checkpoint
from nn.training.checkpoint.file import CheckpointError as CheckpointError
