"""How staff sign in: login and password."""

from typing import Any

from django.http import HttpRequest

from partners.models import User
from partners.queries.second_factor import with_second_factor


class StaffBackend:
    """Password sign-in for active people with a login.

    What a person may do is not decided here but in ``partners.roles``; whether the password is
    enough, in ``backoffice.admin.account.second_factor``.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **_: Any
    ) -> User | None:
        user = User.objects.filter(login=username).first() if username else None
        if user is None:
            # The same work as for a real person, so that a login cannot be guessed by its time.
            User().set_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        user = with_second_factor(User.objects.filter(pk=user_id)).first()
        return user if user is not None and user.is_active else None
