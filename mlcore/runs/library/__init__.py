"""All runs of one folder: listed, labelled, deleted and restored."""
