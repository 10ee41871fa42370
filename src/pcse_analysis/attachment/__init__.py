"""A finished page on its way into the world: its data inside it, the rules it must keep, its other forms, its check."""
