"""What a model answers, why, and what it has learned: one question a file, plain numbers out."""
