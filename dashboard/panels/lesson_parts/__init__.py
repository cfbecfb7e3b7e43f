"""What the page of lessons is made of."""
