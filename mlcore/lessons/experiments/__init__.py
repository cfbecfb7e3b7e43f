"""The loops of the lessons: plain PyTorch, really wrong; the page shows their source.

Each takes the digits, trains a network, and yields the loss and the network after every step.
"""
