"""Reading files that nobody should trust: bytes to plain values and tensors, nothing run."""
