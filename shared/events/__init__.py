"""Public event contracts, one module per producer. Additive changes only; else a new type."""
