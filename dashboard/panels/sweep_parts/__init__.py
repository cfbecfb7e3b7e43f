"""What the page of sweeps is made of."""
