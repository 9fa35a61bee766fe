"""Rows of the houses as the API's schemas: one function per shape."""
