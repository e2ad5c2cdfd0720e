"""What tests use: fakes of the outside, clocks that stand still, databases of their own."""
