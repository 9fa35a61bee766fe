"""Addresses of admin pages, and what they answered."""

from django.contrib.messages import get_messages
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

# Unfold's dialogs send it along; without it a dialog only shows itself.
SUBMIT = {"_form_submitted": "True"}


def list_of(model: type[Model]) -> str:
    return reverse(f"admin:{_name(model)}_changelist")


def add_page(model: type[Model]) -> str:
    return reverse(f"admin:{_name(model)}_add")


def page_of(row: Model) -> str:
    return reverse(f"admin:{_name(type(row))}_change", args=[row.pk])


def history_of(row: Model) -> str:
    return reverse(f"admin:{_name(type(row))}_history", args=[row.pk])


def action_on(row: Model, action: str, model: type[Model] | None = None) -> str:
    """The address of a detail action, on the page of ``model`` when it is another."""
    return reverse(f"admin:{_name(model or type(row))}_{action}", args=[row.pk])


def said(response: HttpResponse) -> list[str]:
    """The messages that wait for the next page."""
    return [str(message) for message in get_messages(response.wsgi_request)]


def seen_on(browser: Client, row: Model) -> dict[str, str]:
    """What a row's page says it shows, for a form put together by hand."""
    return {"_seen": browser.get(page_of(row)).context["seen"]}


def chosen(action: str, *rows: Model, step: str = "carry_out", **answers: str) -> dict[str, object]:
    """Rows ticked in a list and an action for them: asked for and answered, unless ``step`` is
    empty."""
    ids = [row.pk for row in rows]
    return {"action": action, "_selected_action": ids, "step": step, **answers}


def fared(response: HttpResponse) -> dict[int, str]:
    """What is said of each row by its id, done or refused, on the page of many."""
    told = [*response.context["well"], *response.context["refused"]]
    return {each.row.pk: each.said for each in told}


def _name(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"
