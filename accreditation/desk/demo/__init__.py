"""A believable service out of a seed: for trying the product, for teaching, and for measuring it."""
