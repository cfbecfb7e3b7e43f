"""What a model has learned, and why it answers as it does: one question a file."""
