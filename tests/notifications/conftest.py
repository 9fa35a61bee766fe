import time

import pytest


@pytest.fixture
def waiting_moves_the_clock(clock, monkeypatch):
    """The frozen clock goes on by as long as somebody would sleep, and nobody does."""
    monkeypatch.setattr(time, "sleep", clock.shift)
