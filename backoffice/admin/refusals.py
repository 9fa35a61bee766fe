"""Refusals of acts as the staff read them: mapped here, once for every page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from core.acts import BUSY
from core.refusals import NotAllowed, NotFound, Refusal, TryAgain

# In the address of an act that was begun on the home page.
FROM_HOME = "from=home"


def refusal_in(error: Exception) -> Refusal | None:
    """The refusal behind ``error``: itself, or the lock that was not to be had."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, OperationalError) and isinstance(error.__cause__, BUSY):
        return TryAgain()
    return None


def tell(request: HttpRequest, refusal: Refusal, *, about: str = "") -> None:
    """Say a refusal as a message."""
    sentence = sentence_of(refusal)
    messages.error(request, f"{about}: {sentence}" if about else sentence)


def sentence_of(refusal: Refusal) -> str:
    """What is said of a refusal. Somebody else's row is a 404, a role's limit a 403."""
    if isinstance(refusal, NotFound):
        raise Http404
    if isinstance(refusal, NotAllowed):
        raise PermissionDenied
    return refusal.detail


def carry_out(request: HttpRequest, work: Callable[[], Any], *, done: str, about: str = "") -> bool:
    """Do one act and say how it went; False when it was refused."""
    try:
        work()
    except Refusal as refusal:
        tell(request, refusal, about=about)
        return False
    messages.success(request, done)
    return True


def rehearse(work: Callable[[], Any]) -> Refusal | None:
    """What acts would be refused with; nothing of what they did stays. For previews."""
    try:
        with transaction.atomic():
            work()
            transaction.set_rollback(True)
    except Refusal as refusal:
        if isinstance(refusal, (NotFound, NotAllowed)):
            raise
        return refusal
    return None


def go(request: HttpRequest, url: str) -> HttpResponse:
    """On to ``url``, or back to the home page where the act was begun there: from a dialog by the
    header that htmx obeys, else by a redirect."""
    if request.GET.get("from") == "home":
        url = reverse("admin:index")
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
