"""The kernel all four services stand on. It holds no business rule."""
