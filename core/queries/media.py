"""Where pictures are used: every relation that leads to one, found off the models themselves.

A model that comes to use pictures later is found without anybody thinking of it here.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.models import Media

# A photo of a tour that is copied often hangs in every copy.
MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Use:
    """A row that shows a picture, in ``field``; ``name`` is None where one may not see it."""

    label: str
    pk: Any
    kind: str
    field: str
    name: str | None

    def __str__(self) -> str:
        if self.name is None:
            return _("something you may not see")
        words = {"kind": self.kind, "name": self.name, "field": self.field}
        return _("%(kind)s «%(name)s», %(field)s") % words


def uses_of(media_ids: Collection[int], user: Any) -> dict[int, list[Use]]:
    """Each picture's uses, named as far as ``user`` may see them; one query a relation."""
    found: dict[int, list[Use]] = {media_id: [] for media_id in media_ids}
    for model, field in users():
        seen = Exists(_visible_to(user, model).filter(pk=OuterRef("pk")))
        rows = model._base_manager.filter(**{f"{field.name}__in": media_ids})
        for row in rows.annotate(shown_media=F(field.name), seen=seen).order_by("pk"):
            found[row.shown_media].append(_use(row, field))  # type: ignore[attr-defined]
    return found


def is_used() -> Q:
    """The condition that something shows the picture."""
    used = Q()
    for model, field in users():
        used |= Q(Exists(model._base_manager.filter(**{field.name: OuterRef("pk")})))
    return used


def places(uses: Iterable[Use]) -> str:
    """Uses in words, each once; of very many the first."""
    told = list(dict.fromkeys(str(use) for use in uses))
    return "; ".join([*told[:MOST_TOLD], *how_many_more(told)])


def how_many_more(uses: Sequence[Any]) -> list[str]:
    """What stands for the uses beyond those that are told."""
    left = len(uses) - MOST_TOLD
    return [_("more: %(n)s") % {"n": left}] if left > 0 else []


def users() -> Iterator[tuple[type[Model], Any]]:
    """Models and their fields that lead to pictures; a gallery counts as its owner's field.

    Histories are left out: what was is no use of today.
    """
    relations = [r for r in Media._meta.get_fields(include_hidden=True) if r.auto_created]
    through = {r.through for r in relations if r.many_to_many}  # type: ignore[union-attr]
    for relation in relations:
        model = relation.related_model
        if relation.concrete or model in through or hasattr(model, "history_object"):
            continue
        yield model, relation.field  # type: ignore[misc, union-attr]


def _visible_to(user: Any, model: type[Model]) -> QuerySet[Any]:
    rows = model._default_manager.all()
    narrow = getattr(rows, "for_staff", None) or getattr(rows, "for_user", None)
    if narrow is not None:
        return narrow(user)  # type: ignore[no-any-return]
    return rows if user.sees_all_agencies else rows.none()


def _use(row: Any, field: Any) -> Use:
    return Use(
        label=row._meta.label_lower,
        pk=row.pk,
        kind=capfirst(str(row._meta.verbose_name)),
        field=str(field.verbose_name),
        name=str(row) if row.seen else None,
    )
