"""Knowledge: YAML in, a checked and immutable snapshot out."""
