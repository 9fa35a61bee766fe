"""Codes that people read aloud and nobody can guess."""

import secrets

# No 0/O, 1/I/L, 5/S, 2/Z, 8/B, U/V: they are mistaken for each other on a phone screen.
ALPHABET = "34679ACDEFGHJKMNPQRTWXY"


def new_code(length: int = 8) -> str:
    """A random code of ``length`` characters (23**8 is 7.8e10 codes for the default)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
