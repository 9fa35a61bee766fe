"""The log of actions in sentences a person reads."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import chain
from operator import attrgetter
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.admin.core.changes import what_became
from backoffice.admin.core.odd_events import told_or, unreadable
from backoffice.admin.core.setting_words import setting_in_words
from core.clock import TASHKENT
from core.models import EventLog
from core.money import som
from notifications.states import Kind
from partners.models import User
from partners.roles import Role
from partners.states import NoCredit

# So many are told on a row's page; the log of actions has them all.
EVENTS = 50

SENTENCES: dict[str, Any] = {
    "booking.requested": _("Seats asked for: {seats}. To pay: {final_price}."),
    "booking.approved": _("Request approved; seats left: {seats_left}."),
    "booking.rejected": _("Request rejected: {reason}"),
    "booking.decision_undone": _("The decision was taken back; the request waits again."),
    "booking.date_offered": _("Another date offered: {dates}. To pay: {final_price}."),
    "booking.offer_taken": _("Taken instead of {instead_of}: the date that was offered."),
    "booking.reminded": _("Nobody has answered yet; the agency was written to again: {people}."),
    "booking.alarmed": _("Nobody has answered yet; the platform was written to: {people}."),
    "booking.checkout": _("Sent to the payment page."),
    "booking.cancelled": _("Booking cancelled. To be returned: {refund}. {reason}"),
    "booking.expired": _("The time was over; the hold has ended."),
    "booking.paid": _("Paid: {amount}."),
    "booking.refunded": _("Payment of {amount} returned by the provider."),
    "booking.released": _("Released to the agency: {amount}; held in reserve: {reserve}."),
    "booking.reserve_freed": _("Reserve freed to the agency: {amount}."),
    "booking.commented": _("Comment written."),
    "booking.partner_changed": _(
        "It counts for {after} instead of {before}, bonus {percent} %: {reason}"
    ),
    "booking.referral_refused": _("The partner's code “{code}” does not count: {reason}."),
    "booking.traveller_named": _("Seat {seat}: traveller's name written."),
    "booking.traveller_seated": _("Seat {seat}. Room: {room}. Place: {transport_seat}."),
    "booking.checked_in": _("Seat {seat}: the traveller has come."),
    "booking.check_in_undone": _("Seat {seat}: the check-in mark taken away."),
    "payment.created": _("Payment of {amount} begun."),
    "payment.cancelled": _("Payment given up by the provider (reason {reason})."),
    "payment.timed_out": _("Payment was not confirmed in time."),
    "payment.late": _("A payment of {amount} came when the seats were gone; it was refused."),
    "payment.fiscalised": _("Fiscal receipt {receipt} came from Payme."),
    "payment.not_fiscalised": _("The fiscal receipt was not accepted: {receipt}."),
    "refund.sent": _("Refund of {amount} sent to Payme."),
    "refund.failed": _("Refund of {amount} failed: {note}"),
    "refund.unclear": _("Refund of {amount}: {note}"),
    "invoice.asked": _("Invoice of {amount} to {phone} asked for."),
    "invoice.sent": _("Invoice of {amount} sent to {phone}."),
    "invoice.unknown": _("Payme did not answer about an invoice of {amount}."),
    "invoice.failed": _("Invoice of {amount} failed: {error}"),
    "invoice.closed": _("Invoice of {amount} closed by hand."),
    "message.retried": _("To be sent once more to {to}."),
    "registry.uploaded": _("Registry “{file}” uploaded."),
    "registry.tried": _("Registry compared; rows: {rows}."),
    "registry.taken": _("Registry taken over; rows: {rows}, to be explained: {open}."),
    "registry.discarded": _("Upload “{file}” thrown away."),
    "registry.row_resolved": _("Explained: {note}"),
    "registry.row_reopened": _("Open again: {reason} It had said: {note}"),
    "registry.row_taken_in": _("{amount} taken into the books as a case."),
    "refund.asked": _("Refund of {amount} asked for: {reason}"),
    "refund.approved": _("Refund of {amount} approved."),
    "refund.rejected": _("Refund of {amount} rejected: {reason}"),
    "refund.done": _("Refund of {amount} returned by hand, bank's order {reference}."),
    "case.opened": _("{amount} without a deal: it needs a decision."),
    "case.closed": _("{amount}: decided. {note}"),
    "agency.added": _("Added."),
    "agency.changed": _("Changed: {fields}."),
    "user.added": _("Added."),
    "user.changed": _("Changed: {fields}."),
    **dict.fromkeys(
        (f"{name}.reverted" for name in ("agency", "tour", "session", "promotion", "promo_code")),
        _("Saved with the values of the version of {version_at}."),
    ),
    "tour.published": _("Tour put on sale."),
    "tour.archived": _("Tour taken off the shelf."),
    "tour.added": _("Tour described."),
    "tour.changed": _("Changed: {fields}."),
    "tour.duplicated": _("Made as a copy of tour {of}."),
    "tour.photos_added": _("Photos added: {n}."),
    "tour.photos_removed": _("Photos taken out of the gallery: {n}."),
    "tour.photos_ordered": _("Photos put in another order."),
    "category.added": _("Category made."),
    "category.changed": _("Changed: {fields}."),
    "session.added": _("Date opened."),
    "session.changed": _("Changed: {fields}."),
    "session.cancelled": _("Date cancelled; bookings on it: {bookings}. {reason}"),
    "session.completed": _("The tour has run."),
    "session.closed": _("Date closed for sale."),
    "session.reopened": _("Date opened for sale again."),
    "promotion.added": _("Promotion made."),
    "promotion.changed": _("Changed: {fields}."),
    "promotion.stopped": _("Promotion stopped."),
    "promotion.resumed": _("Promotion resumed."),
    "promo_code.added": _("Promo code made."),
    "promo_code.changed": _("Changed: {fields}."),
    "promo_code.stopped": _("Promo code stopped."),
    "promo_code.resumed": _("Promo code resumed."),
    "promo_code.batch_made": _("Batch “{batch}” made; codes: {count}."),
    "promo_code.batch_stopped": _("Batch “{batch}” stopped; codes: {count}."),
    "tour.exported": _("Tours written to a file; rows: {rows}."),
    "tour.imported": _("Tours read from “{file}”: new {new}, changed {changed}."),
    "session.exported": _("Dates written to a file; rows: {rows}."),
    "session.imported": _("Dates read from “{file}”: new {new}, changed {changed}."),
    "promo_code.exported": _("Promo codes written to a file; rows: {rows}."),
    "promo_code.imported": _("Promo codes read from “{file}”: new {new}, changed {changed}."),
    "session.passengers_exported": _("Passenger list taken as {format}. Seats: {seats}."),
    "chat.bound": _("Telegram group “{title}” became the chat of {session}."),
    "chat.unbound": _("Telegram group “{title}” is no longer the chat of {session}."),
    "chat.lost": _("The bot can no longer let anybody into “{title}”: {session}."),
    "chat.restored": _("The bot lets travellers into “{title}” again: {session}."),
    "booking.chat_joined": _("Let into the tour's Telegram group."),
    "booking.chat_removed": _("Taken out of the tour's Telegram group: the booking has ended."),
    "booking.chat_left": _("No longer in the tour's Telegram group: left, or put out by a person."),
    "agency.chat_set": _("Requests arrive in the Telegram group {chat_id} from now on."),
    "agency.chat_unset": _("Requests go to the managers' own chats, no longer to a group."),
    "agency.chat_lost": _(
        "The bot was put out of the managers' group; requests go to their chats."
    ),
    "user.registered": _("First sign-in."),
    "user.reachable_again": _("The bot can write to this person again."),
    "user.referred": _("Came by a partner's link."),
    "user.referral_refused": _("Came by the link of {code}; it does not count: {reason}."),
    "user.updated": _("Own profile changed: {fields}."),
    "user.avatar_set": _("New own picture."),
    "announcement.written": _("Announcement written."),
    "announcement.changed": _("Changed: {fields}."),
    "announcement.tried": _("Sent to the author's own Telegram, to be looked at."),
    "announcement.started": _("Started; people: {people}."),
    "announcement.stopped": _("Stopped: nothing more of it leaves."),
    "announcement.done": _("Everybody has been written to."),
    "user.session_ended": _("Signed out of a browser: {browser}, address {address}."),
    "user.sessions_ended": _("Signed out everywhere else; browsers: {count}."),
    "view_as.started": _(
        "Circle's support looks with this person's eyes for {minutes} min: {reason}"
    ),
    "view_as.ended": _("Circle's support looks no longer; pages seen: {pages}."),
    "user.password_set": _("Password set by the platform; sessions ended: {sessions}."),
    "user.password_changed": _("Changed the own password; other sessions ended: {sessions}."),
    "user.second_factor_on": _("Second factor turned on."),
    "user.second_factor_off": _("Second factor turned off."),
    "user.second_factor_reset": _("Second factor reset; sessions ended: {sessions}. Why: {reason}"),
    "user.recovery_codes_renewed": _("New recovery codes made."),
    "user.recovery_code_used": _("Came in by a recovery code; codes left: {codes_left}."),
    "sign_in.unlocked": _("Unlocked: login {login} from {address}."),
    "user.deactivated": _(
        "Account closed. Ended: sessions {sessions}, tokens {tokens}, exports {exports}, "
        "schedules {schedules}, views {views}, invitations {invitations}."
    ),
    "user.reactivated": _("Account opened again."),
    "user.role_changed": _("Role on the platform changed from {before} to {after}."),
    "member.joined": _("Accepted the invitation of {invited_by}; role: {member_role}."),
    "member.role_changed": _("Role in the agency changed from {before} to {after}."),
    "member.ended": _(
        "No longer works for the agency. Ended: sessions {sessions}, tokens {tokens}, "
        "invitations {invitations}."
    ),
    "member.restored": _("Works for the agency again; role: {member_role}."),
    "invitation.made": _("Invited; role: {member_role}. The link is good until {until}."),
    "invitation.renewed": _("A new link, good until {until}; the old one is dead."),
    "invitation.revoked": _("Invitation revoked; its link is dead."),
    "user.notifications_changed": _(
        "Wishes about messages: does not want {muted}; quiet hours {quiet}."
    ),
    "media.uploaded": _("Picture uploaded."),
    "media.deleted": _("Picture deleted."),
    "friendship.requested": _("Asked into the Circle."),
    "friendship.accepted": _("Joined the Circle."),
    "friendship.ended": _("Left the Circle."),
    "payout.created": _("Payout of {amount} made."),
    "payout.approved": _("Payout of {amount} approved; it waits for a register."),
    "payout.cancelled": _("Payout of {amount} cancelled: {reason}"),
    "payout.sent": _("Payout of {amount} handed to the bank in register {register}."),
    "payout.paid": _("Payout of {amount} paid; the bank's order: {reference}."),
    "payout.failed": _("Payout of {amount} failed, the money is back on the balance: {reason}"),
    "payout_register.made": _("Register made. Payouts: {payouts}, together {amount}."),
    "payment_details.proposed": _("New payment details proposed: {fields}."),
    "payment_details.approved": _("New payment details approved: {fields}."),
    "payment_details.rejected": _("New payment details rejected. {reason}"),
    "job.started": _("Export begun."),
    "job.done": _("Export finished; rows: {rows}."),
    "job.failed": _("Export failed: {error}"),
    "job.cancelled": _("Export cancelled."),
    "job.file_taken": _("File downloaded: {file}."),
    "job.expired": _("The export's file was deleted, its days being over."),
    "schedule.added": _("Scheduled export made."),
    "schedule.changed": _("Changed: {fields}."),
    "schedule.deleted": _("Scheduled export deleted."),
    "schedule.stopped": _("Scheduled export switched off: its owner may no longer have it."),
    "books.proved": _("The books are right: proofs {proofs}, rows {rows}, {seconds} s."),
    "books.broken": _("The books do not balance: broken proofs {broken} of {proofs}. {faults}"),
    "log.proved": _("The log is whole: events {events}, seals {seals}, {seconds} s."),
    "log.broken": _("The log was tampered with; broken seals: {broken} of {seals}. {first}"),
    "log.exported": _("The log taken as {format}. Events: {rows}."),
    "rate.proposed": _("Commission rate proposed: {percent} %."),
    "rate.approved": _("Commission rate approved: {percent} %."),
    "rate.rejected": _("Commission rate rejected: {percent} %."),
    "partner.created": _("Became a partner with the code {code}, bonus {percent} %."),
    "partner.stopped": _("Partner stopped: {reason}"),
    "partner.resumed": _("Partner resumed."),
    "partner.rate_set": _("Bonus from {valid_from} to {valid_to}: {percent} %. {reason}"),
    "bonus.earned": _("Bonus of {amount} earned; it can be used from {until}."),
    "bonus.matured": _("Bonus of {amount} can be used."),
    "bonus.reversed": _("{amount} of a pending bonus taken back by a refund; left: {left}."),
    "bonus.clawed_back": _("{amount} of a bonus taken back by a refund; left of it: {left}."),
    "bonus.granted": _("Bonus changed by the platform: {amount}. {reason}"),
    "withdrawal.requested": _("Withdrawal of {amount} to a card asked for."),
    "withdrawal.cancelled": _("Withdrawal of {amount} called off by its owner."),
    "withdrawal.approved": _("Withdrawal of {amount} approved."),
    "withdrawal.rejected": _("Withdrawal of {amount} rejected: {reason}"),
    "withdrawal.sent": _("Withdrawal of {amount} handed over to be paid."),
    "withdrawal.paid": _("Withdrawal of {amount} paid; reference: {reference}."),
    "withdrawal.paid_after_all": _(
        "The provider has paid {amount} after all, under {reference}, although the withdrawal was "
        "ended by hand: take the bonus back."
    ),
    "withdrawal.failed": _("Withdrawal of {amount} failed, the money is back: {reason}"),
    "withdrawal.card_resealed": _("Card number encrypted anew, with key {key}."),
    "withdrawal.cards_shown": _(
        "The file with the card numbers taken; withdrawals: {withdrawals}."
    ),
    "adjustment.proposed": _("Posting of {amount} by hand proposed."),
    "adjustment.approved": _("Posting of {amount} by hand approved and posted."),
    "adjustment.rejected": _("Posting of {amount} by hand rejected."),
    "month.closed": _("Month closed."),
    "month.reopened": _("Month opened again: {reason}"),
    "setting.changed": _("Setting changed from {before} to {after}."),
}
MONEY = {"amount", "final_price", "refund", "commission", "agency_share", "reserve", "left"}
DAYS = {"until", "valid_from", "valid_to"}
# Who brought a traveller is not told to agencies.
PARTNERS = ("booking.partner_changed", "booking.referral_refused")
# Icons of Material Symbols by what follows the dot.
ICONS = {
    "requested": "inbox",
    "approved": "check_circle",
    "rejected": "cancel",
    "cancelled": "event_busy",
    "expired": "timer_off",
    "paid": "payments",
    "refunded": "undo",
    "decision_undone": "undo",
    "date_offered": "event_repeat",
    "reminded": "hourglass_bottom",
    "alarmed": "notification_important",
    "offer_taken": "event_available",
    "commented": "comment",
    "traveller_named": "badge",
    "traveller_seated": "airline_seat_recline_normal",
    "checked_in": "how_to_reg",
    "check_in_undone": "person_remove",
    "passengers_exported": "download",
    "checkout": "shopping_cart",
    "created": "hourglass_top",
    "changed": "edit",
    "reverted": "restore",
    "added": "add_circle",
    "uploaded": "add_photo_alternate",
    "photos_added": "add_photo_alternate",
    "photos_removed": "hide_image",
    "photos_ordered": "swap_vert",
    "deleted": "delete",
    "published": "storefront",
    "exported": "download",
    "imported": "upload",
    "asked": "undo",
    "done": "task_alt",
    "late": "running_with_errors",
    "opened": "help_center",
    "closed": "task_alt",
    "stopped": "block",
    "archived": "archive",
    "released": "lock_open",
    "reserve_freed": "lock_open",
    "sent": "send",
    "failed": "error",
    "made": "hourglass_top",
    "proposed": "edit_note",
    "partner_changed": "campaign",
    "referral_refused": "person_off",
    "resumed": "play_arrow",
    "rate_set": "percent",
    "written": "edit_note",
    "tried": "visibility",
    "started": "play_arrow",
    "earned": "redeem",
    "matured": "lock_open",
    "reversed": "undo",
    "clawed_back": "undo",
    "granted": "redeem",
    "cards_shown": "visibility",
    "bound": "link",
    "unbound": "link_off",
    "lost": "error",
    "restored": "link",
    "chat_joined": "forum",
    "chat_removed": "person_remove",
    "chat_left": "logout",
    "reachable_again": "forum",
    "chat_set": "link",
    "chat_unset": "link_off",
    "chat_lost": "error",
    "joined": "how_to_reg",
    "ended": "person_off",
    "role_changed": "manage_accounts",
    "deactivated": "person_off",
    "reactivated": "how_to_reg",
    "renewed": "link",
    "revoked": "link_off",
    "password_set": "key",
    "password_changed": "key",
    "second_factor_on": "phonelink_lock",
    "second_factor_off": "phonelink_erase",
    "second_factor_reset": "phonelink_erase",
    "recovery_code_used": "pin",
    "recovery_codes_renewed": "pin",
    "unlocked": "lock_open",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One event as it is read."""

    at: datetime
    who: str
    door: str
    text: str
    icon: str


class _Facts(dict[str, Any]):
    """An older event may lack a fact that a sentence names today."""

    def __missing__(self, key: str) -> str:
        return "–"


def events_of(obj: Model, reader: User, **which: Any) -> list[Sentence]:
    """What was done with a row, the newest first, for who may read it; ``which`` narrows it."""
    return [read_event(row) for row in rows_about(type(obj), [obj.pk], reader, **which)]


def rows_about(
    model: type[Model], ids: Iterable[int], reader: User, **which: Any
) -> list[EventLog]:
    """As ``events_of``, of several rows."""
    if not reader.has_perm("core.view_eventlog"):
        return []
    rows = EventLog.objects.filter(
        object_type=model._meta.label_lower, object_id__in=list(ids), **which
    )
    if not reader.sees_all_agencies:
        rows = rows.exclude(action__in=PARTNERS)
    return list(rows.select_related("user").order_by("-id")[:EVENTS])


def newest_first(*told: list[Sentence]) -> list[Sentence]:
    """Of several things, as one."""
    return sorted(chain(*told), key=attrgetter("at"), reverse=True)[:EVENTS]


def read_event(event: EventLog) -> Sentence:
    """``event.user`` should be loaded with it."""
    return Sentence(
        at=event.timestamp,
        who=who_did(event),
        door=event.get_source_display(),
        text=what_happened(event),
        icon=ICONS.get(event.action.rpartition(".")[2], "radio_button_checked"),
    )


def who_did(event: EventLog) -> str:
    """A name, with its role; jobs and providers have only a role."""
    role = dict(Role.choices).get(event.role, event.role)
    return f"{event.user} ({role})" if event.user else str(role)


def what_happened(event: EventLog) -> str:
    """The event's sentence, also when its details are none that an act writes."""
    return told_or(unreadable(event), _sentence, event)


def _sentence(event: EventLog) -> str:
    """For an action nobody has written one for, its name and facts."""
    if became := what_became(event):
        return became
    facts = _facts(event)
    if event.action in (*PARTNERS, "user.referral_refused"):
        return _about_partner(event, facts)
    if event.action in SENTENCES:
        return str(SENTENCES[event.action]).format_map(facts).strip()
    verb = event.action.rpartition(".")[2]
    if verb == "added":
        return gettext("Added.")
    if verb == "changed":
        return gettext("Changed: %(fields)s.") % {"fields": _changed_fields(event.details)}
    told = "; ".join(f"{key}: {value}" for key, value in facts.items())
    return f"{event.action} – {told}" if told else event.action


def _facts(event: EventLog) -> _Facts:
    facts = _Facts((key, readable(key, value)) for key, value in event.details.items())
    if "changes" in event.details:
        facts["fields"] = _changed_fields(event.details)
    if event.action == "setting.changed":
        facts |= _setting_facts(event)
    if event.action.endswith(".role_changed"):
        facts |= {name: _role(event.details.get(name)) for name in ("before", "after")}
    return facts


def _about_partner(event: EventLog, facts: _Facts) -> str:
    """Refusals are kept by their names, nobody as nothing."""
    if event.action != "booking.partner_changed":
        facts["reason"] = dict(NoCredit.choices).get(facts["reason"], facts["reason"])
        if not facts["code"]:
            return gettext("The first touch does not count: %(reason)s.") % facts
    for name in ("before", "after"):
        facts[name] = facts.get(name) or gettext("nobody")
    return str(SENTENCES[event.action]).format_map(facts).strip()


def _changed_fields(details: Mapping[str, Any]) -> str:
    """Out of the form's change message: the page's own fields, then what its inlines did."""
    told = []
    for change in details.get("changes") or []:
        for how, what in change.items():
            fields = [gettext(name) for name in what.get("fields", ())]
            inline = f"{what['name']} {what.get('object', '')}".strip() if "name" in what else ""
            sign = {"added": "+", "deleted": "−"}.get(how, "")
            told.append(f"{sign}{inline} {', '.join(fields)}".strip())
    return ", ".join(told)


# A wish that is none is said, too.
WISHES = ("muted", "quiet")


def readable(key: str, value: Any) -> str:
    """A fact of an event, called ``key`` there, in words."""
    if key in WISHES and not value:
        return "–"
    if key in READERS and (value is not None or key in SAID_OF_NONE):
        return READERS[key](value)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return "" if value is None else str(value)


def _amount(value: Any) -> str:
    try:
        return som(Decimal(str(value)))
    except InvalidOperation:
        return str(value)


def _left(value: Any) -> str:
    """Money, unless it was counted."""
    return str(value) if isinstance(value, int) else _amount(value)


def _names(value: Any) -> str:
    """Fields, by the names they had in the code."""
    return ", ".join(gettext(each) for each in value) if isinstance(value, list) else str(value)


def _kinds(value: Any) -> str:
    return ", ".join(str(dict(Kind.choices).get(each, each)) for each in value)


def _setting_facts(event: EventLog) -> dict[str, str]:
    told = {name: event.details.get(name) for name in ("before", "after")}
    return {name: setting_in_words(event.object_name, value) for name, value in told.items()}


def _role(value: Any) -> str:
    return str(dict(Role.choices).get(value, value)) if value else gettext("none")


def _moment(value: Any) -> str:
    return f"{datetime.fromisoformat(str(value)).astimezone(TASHKENT):%d.%m.%Y %H:%M}"


def _day(value: Any) -> str:
    """An instant's or a date's local day; none is open."""
    if not value:
        return "…"
    moment = datetime.fromisoformat(str(value))
    return f"{moment.astimezone(TASHKENT) if moment.tzinfo else moment:%d.%m.%Y}"


def _percent(value: Any) -> str:
    return f"{Decimal(str(value)).normalize():f}"


READERS: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(MONEY, _amount),
    **dict.fromkeys(DAYS, _day),
    "left": _left,
    "version_at": _moment,
    "member_role": _role,
    "percent": _percent,
    "fields": _names,
    "muted": _kinds,
}
# Of these nothing is an answer, too.
SAID_OF_NONE = {*DAYS, "member_role"}
