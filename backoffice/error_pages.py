"""What is said of requests that are not answered: pages of their own, and for a dialog, which has
no room for a page, a message on the page that it was to stand over."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views import defaults

# What htmx puts a dialog into, or an answer of its form.
DIALOGS = ("modal-content", "dialog-form")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_for_dialog(request):
        return _on_the_page(request, gettext("There is no such page"), 404)
    return defaults.page_not_found(request, exception)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_for_dialog(request):
        return _on_the_page(request, gettext("You may not do this"), 403)
    return defaults.permission_denied(request, exception)


def not_from_here(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW. Nearly always an honest page that is older than the last sign-in."""
    if _is_for_dialog(request):
        told = gettext("Nothing is saved: you have signed in anew meanwhile")
        return _on_the_page(request, told, 403)
    return render(request, "403_csrf.html", status=403)


def _is_for_dialog(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers and request.headers.get("HX-Target") in DIALOGS


def _on_the_page(request: HttpRequest, told: str, status: int) -> HttpResponse:
    messages.error(request, f"{told}.")
    return HttpResponse(status=status, headers={"HX-Refresh": "true"})
