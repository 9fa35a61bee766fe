"""Django's sessions in the database; the row that tells of a browser follows its session's key."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import transaction

from core.clock import now
from partners.services.staff_sessions import close_session, follow_session, lock_session


class SessionStore(db.SessionStore):
    def cycle_key(self) -> None:
        """A new key at a changed password. What was ended meanwhile is not written anew."""
        old = self.session_key
        with transaction.atomic():
            if old and lock_session(old):
                self.flush()
                return
            super().cycle_key()
            if old and SESSION_KEY in self:
                follow_session(old, self.session_key)

    def flush(self) -> None:
        """Signed out, or somebody else signs in."""
        old = self.session_key
        super().flush()
        if old:
            close_session(old, at=now())
