"""Sent to the sign-in: somebody who is not signed in, or not any more, or only half-way."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

# In the sign-in's address: a form was sent in vain; somebody else is about to sign in.
FORM = "form"
ANEW = "anew"


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """On to the sign-in, and from there back to the page that stood open. htmx would follow a
    redirect into its dialog, which has no room for the sign-in: it is told to leave the page."""
    is_htmx = "HX-Request" in request.headers
    query = {"next": _page(request)} | (
        {FORM: ""} if request.method == "POST" and not is_htmx else {}
    )
    url = f"{reverse('admin:login')}?{urlencode(query)}"
    return HttpResponse(headers={"HX-Redirect": url}) if is_htmx else HttpResponseRedirect(url)


def _page(request: HttpRequest) -> str:
    """The page that a piece of it, or its form, was asked from; the address itself for the rest."""
    if "HX-Request" in request.headers:
        return _here(request, request.headers.get("HX-Current-URL", ""), reverse("admin:index"))
    asked = request.get_full_path()
    if request.method != "POST":
        return asked
    # What takes forms only has no page to come back to.
    return _here(request, request.headers.get("Referer", ""), asked)


def _here(request: HttpRequest, url: str, otherwise: str) -> str:
    """The path of ``url`` when it is one of this host."""
    if not url_has_allowed_host_and_scheme(url, {request.get_host()}):
        return otherwise
    parts = urlsplit(url)
    return urlunsplit(("", "", parts.path, parts.query, "")) or otherwise


def why_here(request: HttpRequest) -> dict[str, Any]:
    """For the sign-in's page: whether somebody was sent there, and whether with a form."""
    was_sent = bool(request.GET.get("next")) and ANEW not in request.GET
    return {"was_sent": was_sent, "had_form": was_sent and FORM in request.GET}
