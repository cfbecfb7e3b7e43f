"""What trains now and what waits; steering it."""
