"""The parts of the Test page below its head, one a file: only the chosen one is drawn."""
