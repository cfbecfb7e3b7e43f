"""What a model's answers say: one question a file, plain numbers out, no torch but in `forward`."""
