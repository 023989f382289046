"""From blocks to readable NumPy source."""
