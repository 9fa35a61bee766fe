"""How many made-up cases a property is tried on: some in the suite, many times as many in
``make prove``."""

import os

TIMES = int(os.environ.get("EXAMPLES_TIMES", "1"))


def some(count: int) -> int:
    return count * TIMES
