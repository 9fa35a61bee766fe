"""A form that makes something new is carried out once, however often it is sent: by a second press
that the page's script missed, by a browser that asks again, from a page gone back to."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest
from unfold.forms import BaseDialogForm

from backoffice.admin.base import staff
from core.clock import now
from core.codes import new_code
from core.services.idempotency import Answer, answer_once, fingerprint

LONGEST = 32


def token_field() -> forms.CharField:
    """What tells one showing of a form from another."""
    return forms.CharField(
        required=False, max_length=LONGEST, initial=new_code, widget=forms.HiddenInput
    )


class OnceDialog(BaseDialogForm):
    token = token_field()


def once(request: HttpRequest, token: str, asked: Any, work: Callable[[], str]) -> str:
    """The address that ``work`` leads to; where it led the first time, when the form of ``token``
    was sent before for what is ``asked``. A form without a token is simply carried out.

    Refuses as ``work`` does, which leaves nothing behind, and with RequestInFlight.
    """
    if not token:
        return work()
    key = fingerprint("POST", request.path, f"{token} {asked!r}".encode())
    answer = answer_once(
        caller=f"staff:{staff(request).pk}",
        key=key,
        request=key,
        at=now(),
        work=lambda: Answer(302, work().encode(), "text/plain"),
    )
    return answer.body.decode()
