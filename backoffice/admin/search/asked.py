"""What somebody has typed, and all that it may mean."""

from dataclasses import dataclass
from datetime import date, datetime

from core.clock import local_date, now

LONGEST = 100
FEWEST_LETTERS = 3
DAYS = ("%d.%m.%Y", "%Y-%m-%d", "%d.%m.%y")
MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Asked:
    words: str

    @classmethod
    def of(cls, typed: str) -> "Asked":
        # PostgreSQL takes no zero byte.
        return cls(" ".join(typed.replace("\x00", "").split())[:LONGEST])

    @property
    def is_too_short(self) -> bool:
        """Nothing but pages is looked for."""
        return len(self.words) < FEWEST_LETTERS and self.number is None

    @property
    def number(self) -> int | None:
        """Of a payout, a withdrawal, a refund: written with its sign or without."""
        digits = self.words.lstrip("№#").strip()
        is_number = digits.isascii() and digits.isdecimal() and len(digits) <= MOST_DIGITS
        return int(digits) if is_number else None

    @property
    def one_word(self) -> str:
        """A code or an id; empty for several words."""
        return "" if " " in self.words or self.is_too_short else self.words

    @property
    def day(self) -> date | None:
        """``24.10.2026``; without the year, the next such day."""
        for form in DAYS:
            try:
                return datetime.strptime(self.words, form).date()
            except ValueError:
                continue
        return _coming(self.words)


def _coming(words: str) -> date | None:
    today = local_date(now())
    for year in (today.year, today.year + 1):
        try:
            day = datetime.strptime(f"{words}.{year}", "%d.%m.%Y").date()
        except ValueError:
            continue
        if day >= today:
            return day
    return None
