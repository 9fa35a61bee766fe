"""The engine under the three resources: a row of a file is one act.

django-import-export reads the table and walks it; what a row means is decided here. On a trial each
row is done and undone by itself, so that nobody waits for its locks; on the import each row is
committed by itself, as if somebody had typed it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import tablib
from django.core.exceptions import ValidationError
from django.db import DataError, transaction
from django.db.models import Model, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.results import RowResult

from backoffice.admin.catalog.exchange.columns import Column
from backoffice.admin.catalog.exchange.comparing import letters_are_lost, same
from core.actor import Actor
from core.refusals import Invalid, Refusal
from partners.models import TravelAgency, User

Values = dict[str, Any]

# The page is waited for: a row that writes takes a hundredth of a second, that of a tour two; one
# that changes nothing takes a tenth of that.
MOST_WRITTEN = 2000
WRITES = (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE)


class Fault(Exception):
    """What is wrong with a row: sentences by column."""

    def __init__(self, faults: Mapping[str, Iterable[str]]):
        super().__init__(faults)
        self.faults = {name: list(found) for name, found in faults.items()}

    @classmethod
    def at(cls, column: str, sentence: Any) -> "Fault":
        return cls({column: [str(sentence)]})


class ColumnsMissing(Invalid):
    message = gettext_lazy("The file lacks these columns: {names}.")


class TooMuchWritten(Invalid):
    message = gettext_lazy(
        "A file may add or change at most {limit} rows. Split it; unchanged rows may stay."
    )


class Outcome(RowResult):
    """What a row does: ``changes`` are (name, before, after), ``faults`` (name, sentence)."""

    def __init__(self) -> None:
        super().__init__()
        self.line = 0
        self.name = ""
        self.changes: list[tuple[str, str, str]] = []
        self.faults: list[tuple[str, str]] = []


class ActResource(Resource):
    """Rows of one model, of the agencies that ``user`` works for."""

    model: ClassVar[type[Model]]
    table: ClassVar[dict[str, Column]] = {}
    # Without these nothing is known about a row.
    needed: ClassVar[tuple[str, ...]] = ()
    # What the columns show of other tables.
    relations: ClassVar[tuple[str, ...]] = ()

    class Meta:
        use_transactions = False
        instance_loader_class = BaseInstanceLoader
        report_skipped = True

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        for name, column in cls.table.items():
            column.column_name = name

    def __init__(
        self,
        *,
        user: User | None = None,
        by: Actor | None = None,
        at: datetime | None = None,
        lines: Sequence[int] = (),
        **_: Any,
    ):
        super().__init__()
        self.fields = self.table
        self.user, self.by, self.at, self.lines = user, by, at, lines
        self.agencies: dict[str, int] = {}
        self.known: dict[Any, Any] = {}
        self.seen: dict[Any, int] = {}
        self.written = 0
        self.unknown_columns: list[str] = []

    @classmethod
    def get_row_result_class(cls) -> type[Outcome]:
        return Outcome

    @classmethod
    def get_display_name(cls) -> str:
        return str(cls.model._meta.verbose_name_plural)

    # --- what a resource says

    def rows_of(self, agency_ids: Iterable[int]) -> QuerySet[Any]:
        """The model's rows of these agencies, with their relations."""
        raise NotImplementedError

    def look_up(self, dataset: tablib.Dataset) -> None:
        """Load at once what the rows of the file name: ``known`` by key."""
        raise NotImplementedError

    def key_of(self, values: Values) -> Any:
        """What tells this row from others; None for one that cannot be known yet."""
        raise NotImplementedError

    def create(self, values: Values) -> Model:
        raise NotImplementedError

    def change(self, row: Any, values: Values) -> Model:
        """Carry out the acts that make ``row`` what ``values`` say."""
        raise NotImplementedError

    # --- the way in

    def prepare(self, dataset: tablib.Dataset) -> None:
        """What must be known before the first row. Refuses with ColumnsMissing."""
        missing = [name for name in self.needed if name not in dataset.headers]
        if missing:
            raise ColumnsMissing(names=", ".join(missing))
        self.unknown_columns = [n for n in dataset.headers if n and n not in self.fields]
        self.agencies = self._agencies()
        self.look_up(dataset)

    def _agencies(self) -> dict[str, int]:
        """The agencies the person may bring files for, by slug."""
        if self.user is None:
            return {}
        rows = TravelAgency.objects.all()
        if not self.user.sees_all_agencies:
            label = self.model._meta.label_lower
            rows = rows.filter(pk__in=self.user.agency_ids_for(label, "import"))
        return dict(rows.values_list("slug", "pk"))

    def import_row(self, row: Mapping[str, Any], instance_loader: Any, **kwargs: Any) -> Outcome:
        """What the row does, done. A trial refuses with TooMuchWritten."""
        outcome = Outcome()
        number = kwargs["row_number"]
        outcome.line = self.lines[number - 1] if self.lines else number + 1
        try:
            with transaction.atomic():
                self._carry(row, outcome)
                if kwargs["dry_run"]:
                    transaction.set_rollback(True)
        except Fault as fault:
            self._refuse(outcome, fault.faults)
        except Refusal as refusal:
            self._refuse(outcome, self._faults_of(refusal))
        except DataError:
            self._refuse(outcome, {"": [_("A value is too long or too large.")]})
        self.written += outcome.import_type in WRITES
        if kwargs["dry_run"] and self.written > MOST_WRITTEN:
            raise TooMuchWritten(limit=MOST_WRITTEN)
        return outcome

    def _carry(self, row: Mapping[str, Any], outcome: Outcome) -> None:
        values, faults = self.read(row)
        key = self.key_of(values)
        self._once(key, outcome.line)
        known = self.known.get(key)
        outcome.name = str(known) if known is not None else " ".join(map(str, row.values()))[:60]
        if known is not None:
            faults |= {n: [_("This cannot be empty.")] for n in self._left_empty(values)}
        if faults:
            raise Fault(faults)
        self._check_states(row, known)
        if known is None:
            told = {name: value for name, value in values.items() if value is not ...}
            self._new(told, outcome)
        else:
            self._known(known, values, outcome)

    def read(self, row: Mapping[str, Any]) -> tuple[Values, dict[str, list[str]]]:
        """The values of the key and value columns that the file has, and what cannot be read."""
        values: Values = {}
        faults: dict[str, list[str]] = {}
        for name, column in self.columns("key", "value"):
            if name not in row:
                continue
            try:
                values[name] = column.read(row[name])
            except ValueError as error:
                faults[name] = [str(error)]
        return values, faults

    def columns(self, *roles: str) -> list[tuple[str, Column]]:
        return [(name, column) for name, column in self.fields.items() if column.role in roles]

    def _new(self, values: Values, outcome: Outcome) -> None:
        made = self.create(values)
        outcome.import_type = RowResult.IMPORT_TYPE_NEW
        outcome.name = str(made)
        after = self._snapshot(made, values)
        outcome.changes = [
            (self.title(name), "", text) for name in values if (text := self._shown(name, after))
        ]

    def _known(self, known: Any, values: Values, outcome: Outcome) -> None:
        told = {n: v for n, v in values.items() if self.fields[n].role == "value"}
        before = self._snapshot(known, told)
        different = {n: v for n, v in told.items() if not same(before[n], v)}
        outcome.import_type = RowResult.IMPORT_TYPE_SKIP
        if not different:
            return
        if lost := [n for n, v in different.items() if letters_are_lost(before[n], v)]:
            sentence = _("Letters were lost when the file was saved. Save it as XLSX or CSV UTF-8.")
            raise Fault({name: [sentence] for name in lost})
        after = self._snapshot(self.change(known, different), different)
        outcome.changes = [
            (self.title(name), self._shown(name, before), self._shown(name, after))
            for name in different
            if not same(before[name], after[name])
        ]
        if outcome.changes:
            outcome.import_type = RowResult.IMPORT_TYPE_UPDATE

    def _left_empty(self, values: Values) -> list[str]:
        return [n for n, v in values.items() if v is ... and self.fields[n].role == "value"]

    def _once(self, key: Any, line: int) -> None:
        if key is None:
            return
        if key in self.seen:
            raise Fault.at("", _("This is the same as row %(row)s.") % {"row": self.seen[key]})
        self.seen[key] = line

    def _check_states(self, row: Mapping[str, Any], known: Any) -> None:
        """A file does not move states; one that says another than there is says so in vain."""
        for name, column in self.columns("state"):
            told, is_now = self._read_state(name, row), column.get_value(known or self.model())
            if told is not ... and told != is_now:
                sentence = _("A file does not change this; it is “%(now)s”.")
                raise Fault.at(name, sentence % {"now": column.shown(is_now)})

    def _read_state(self, name: str, row: Mapping[str, Any]) -> Any:
        try:
            return self.fields[name].read(row.get(name))
        except ValueError as error:
            raise Fault.at(name, error) from None

    def _snapshot(self, row: Any, names: Iterable[str]) -> Values:
        return {name: self.fields[name].get_value(row) for name in names}

    def _shown(self, name: str, values: Values) -> str:
        return self.fields[name].shown(values[name])

    # --- in words

    def title(self, name: str) -> str:
        """What a column is called by those who use it."""
        column = self.fields[name]
        found = self.titles().get(name)
        if found is None:
            attribute = (column.attribute or name).partition("__")[0]
            found = self.model._meta.get_field(attribute).verbose_name  # type: ignore[union-attr]
        return capfirst(str(found))

    def titles(self) -> dict[str, Any]:
        """Columns that are called otherwise than the model's fields."""
        return {"agency": _("agency")}

    def _faults_of(self, refusal: Refusal) -> dict[str, list[str]]:
        by_field = getattr(refusal, "faults", None)
        if by_field:
            return {name: list(map(str, found)) for name, found in by_field.items()}
        return {refusal.field or "": [refusal.detail]}

    def _refuse(self, outcome: Outcome, faults: Mapping[str, Sequence[str]]) -> None:
        outcome.import_type = RowResult.IMPORT_TYPE_INVALID
        outcome.faults = [
            (self.title(name) if name in self.fields else "", sentence)
            for name, found in faults.items()
            for sentence in found
        ]
        outcome.validation_error = ValidationError([text for _name, text in outcome.faults])

    # --- for the resources

    @property
    def who(self) -> dict[str, Any]:
        """The ends of every act's arguments."""
        return {"by": self.by, "at": self.at}

    def agency_of(self, values: Values) -> int:
        """Whose row it is: said in the file, or the person's only agency."""
        slug = values.get("agency")
        if slug in (None, "", ...):
            if len(self.agencies) == 1:
                return next(iter(self.agencies.values()))
            raise Fault.at("agency", _("Say which agency: its short name."))
        if slug not in self.agencies:
            raise Fault.at("agency", _("You do not work for this agency."))
        return self.agencies[slug]
