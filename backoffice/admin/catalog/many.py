"""Tours, dates and discounts by the dozen: onto the shelf, off sale, stopped."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.admin.bulk import Bulk
from catalog.models import Promotion, Tour, TourSession
from catalog.models.discount import Discount
from catalog.services import discounts as acts
from catalog.services.publish import archive_tour, publish_tour
from catalog.services.sales_window import close_session, reopen_session

Act = Callable[..., Any]


def _on(act: Act, key: str) -> Callable[[Any], Act]:
    return lambda row: partial(act, **{key: row.pk})


def _status(row: Tour) -> str:
    return row.get_status_display()


def _seats(session: TourSession) -> str:
    facts = {
        "status": session.get_status_display(),
        "taken": session.seats_taken,
        "capacity": session.capacity,
    }
    return gettext("%(status)s · seats taken: %(taken)s of %(capacity)s") % facts


def _whose(row: Discount) -> str:
    return str(row.agency or gettext("the platform's"))


PUBLISH = Bulk(
    title=_("Publish the selected tours"),
    lead=lambda: gettext(
        "Travellers see each tour in the Mini App at once and can ask for its dates. It can be "
        "taken off the shelf again at any time."
    ),
    button=_("Publish"),
    done=_("on sale"),
    act=_on(publish_tour, "tour_id"),
    note=_status,
)
ARCHIVE = Bulk(
    title=_("Take the selected tours off the shelf"),
    lead=lambda: gettext(
        "Nobody can ask for these tours any more; bookings made go on, nobody is told. Each can be "
        "published again."
    ),
    button=_("Archive"),
    done=_("off the shelf"),
    act=_on(archive_tour, "tour_id"),
    note=_status,
    is_dangerous=True,
)
CLOSE = Bulk(
    title=_("Close the selected dates for sale"),
    lead=lambda: gettext(
        "No new requests come in for these dates. Requests that wait can still be approved, "
        "approved ones paid; bookings made go on, nobody is told. Each can be opened again."
    ),
    button=_("Close for sale"),
    done=_("closed for sale"),
    act=_on(close_session, "session_id"),
    note=_seats,
    is_dangerous=True,
)
REOPEN = Bulk(
    title=_("Open the selected dates for sale"),
    lead=lambda: gettext("These dates can be booked again until their sales close."),
    button=_("Open for sale"),
    done=_("on sale"),
    act=_on(reopen_session, "session_id"),
    note=_seats,
)


def _stop(row: Discount) -> Act:
    if isinstance(row, Promotion):
        return partial(acts.stop_promotion, promotion_id=row.pk)
    return partial(acts.stop_promo_code, promo_code_id=row.pk)


def _resume(row: Discount) -> Act:
    if isinstance(row, Promotion):
        return partial(acts.resume_promotion, promotion_id=row.pk)
    return partial(acts.resume_promo_code, promo_code_id=row.pk)


STOP = Bulk(
    title=_("Stop the selected discounts"),
    lead=lambda: gettext(
        "No new booking gets them; bookings made keep theirs. Each can be let run again."
    ),
    button=_("Stop"),
    done=_("stopped"),
    act=_stop,
    note=_whose,
    is_dangerous=True,
)
RESUME = Bulk(
    title=_("Let the selected discounts run again"),
    lead=lambda: gettext("Within their time and limits new bookings get them again."),
    button=_("Resume"),
    done=_("runs again"),
    act=_resume,
    note=_whose,
)
