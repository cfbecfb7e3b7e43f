"""mlcore: train, evaluate and keep small neural networks, headless."""
