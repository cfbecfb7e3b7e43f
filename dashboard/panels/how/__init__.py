"""What happens in each chapter of the quick start, with the present settings; a file a chapter."""
