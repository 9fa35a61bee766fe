"""Pictures drawn by arithmetic: the demo has no photographs to license."""
