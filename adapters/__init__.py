"""One adapter a platform: translate in, call the core, translate out."""
