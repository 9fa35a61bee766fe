"""What each address under the admin asks of the table of roles.

Standard pages follow from their model (``change`` is read with ``view`` and saved with ``change``),
an action from its declared permission when the table's row of its model has an act of that name.
Everything else stands in ``ASKS`` by hand: a new page fails the walk until somebody has thought
about who may open it. Several acts: all of them.
"""

from collections.abc import Callable

from django.contrib import admin

from partners.roles import STAFF, TABLE, allowed
from tests.backoffice.addresses import Address

ANYBODY = "anybody"  # who is signed in or not
ANY_STAFF = "any staff"
NOTHING = "nothing"  # for whoever asks
NOBODY = "nobody"

ASKS: dict[str, str] = {
    # of the site
    "index": ANY_STAFF,
    "login": ANYBODY,
    "logout": ANYBODY,
    "invitation": ANYBODY,  # who holds its link
    "second_factor": ANYBODY,  # between the two steps of signing in
    "new_app": ANYBODY,
    "account": ANY_STAFF,  # one's own
    "account_codes": ANY_STAFF,
    "account_turn_off": ANY_STAFF,
    "account_session_end": ANY_STAFF,
    "account_sessions_end": ANY_STAFF,
    "login_telegram": ANYBODY,
    "view_as_end": ANY_STAFF,
    "password_change": ANY_STAFF,
    "password_change_done": ANY_STAFF,
    "jsi18n": ANY_STAFF,
    "autocomplete": NOTHING,  # until it is said what is picked (test_pickers)
    "search": ANY_STAFF,  # of what he may see
    "find": ANY_STAFF,
    "app_list": ANY_STAFF,
    "view_on_site": NOTHING,
    "": NOTHING,
    # without a model
    "core_permissions_changelist": "core.permissions.view",
    "finance_report_changelist": "finance.report.view",
    "finance_report_page": "finance.report.view",
    "finance_report_file": "finance.report.export",
    "notifications_operations_changelist": "notifications.operations.view",
    "constance_config_add": "constance.config.change",  # the page of settings itself
    "constance_config_change": ANY_STAFF,  # on to that page
    # people
    "partners_agencymember_look_as": "partners.viewas.add",
    "partners_user_look_as": "partners.viewas.add",
    "partners_staffinvitation_link": "partners.staffinvitation.add",
    "partners_staffinvitation_renew": "partners.staffinvitation.add",
    "partners_agencymember_invite": "partners.staffinvitation.add",
    "partners_agencymember_change_role": "partners.agencymember.change",
    "partners_agencymember_end": "partners.agencymember.change",
    "partners_agencymember_restore": "partners.agencymember.change",
    # Its bank details, too.
    "partners_travelagency_history": (
        "partners.travelagency.view partners.paymentdetailschange.view"
    ),
    "partners_travelagency_simple_history": (
        "partners.travelagency.view partners.paymentdetailschange.view"
    ),
    "partners_travelagency_payout": "finance.payout.add",
    "partners_travelagency_statement": "finance.payout.view",
    "partners_user_bonus": "finance.referralbonus.view",
    "partners_user_grant": "finance.adjustment.grant",
    "partners_user_sent": "notifications.notification.view",
    "partners_user_change_role": "partners.user.change",
    "partners_user_deactivate": "partners.user.change",
    "partners_user_reactivate": "partners.user.change",
    "partners_user_set_password": "partners.user.change",
    "partners_user_reset_factor": "otp_totp.totpdevice.reset",
    "partners_referralpartner_qr": "partners.referralpartner.view",
    "partners_referralpartner_set_rate": "partners.partnerrate.add",
    # what is sold
    "catalog_tour_parameters": "catalog.tour.add",
    "catalog_tour_gallery": "catalog.tour.change",
    "catalog_tour_pictures": "catalog.tour.change",
    "catalog_tour_add_photos": "catalog.tour.change",
    "catalog_tour_publish": "catalog.tour.change",
    "catalog_tour_archive": "catalog.tour.change",
    "catalog_tour_duplicate": "catalog.tour.add",
    "catalog_tour_show_preview": "catalog.tour.view",
    "catalog_toursession_calendar": "catalog.toursession.view",
    "catalog_toursession_lacking": "catalog.toursession.view",
    "catalog_toursession_close": "catalog.toursession.change",
    "catalog_toursession_reopen": "catalog.toursession.change",
    "catalog_toursession_complete": "catalog.toursession.change",
    "catalog_toursession_duplicate": "catalog.toursession.add",
    "catalog_toursession_cancel_date": "catalog.toursession.change sales.booking.cancel",
    "catalog_toursession_passengers": "sales.bookingtraveller.view",
    "catalog_promotion_example": "catalog.promotion.view",
    "catalog_promotion_stop": "catalog.promotion.change",
    "catalog_promotion_resume": "catalog.promotion.change",
    "catalog_promocode_example": "catalog.promocode.view",
    "catalog_promocode_make_batch": "catalog.promocode.add",
    "catalog_promocode_stop": "catalog.promocode.change",
    "catalog_promocode_stop_batch": "catalog.promocode.change",
    "catalog_promocode_resume": "catalog.promocode.change",
    "catalog_tourchat_unbind": "catalog.tourchat.change",
    "core_savedfilter_save": "core.savedfilter.add",
    "core_savedfilter_remove": "core.savedfilter.delete",
    "core_media_remove": "core.media.delete",
    # deals
    "sales_booking_invoice": "finance.invoice.add",
    "sales_booking_voucher": "sales.booking.view",
    "sales_booking_refund": "finance.refund.add",
    "sales_booking_money": "finance.ledgerentry.view",
    "sales_bookingrequest_change": "sales.booking.view",  # on to the booking
    "sales_bookingrequest_approve": "sales.booking.approve",
    "sales_bookingrequest_reject": "sales.booking.reject",
    "sales_bookingrequest_offer": "sales.booking.approve sales.booking.reject",
    "sales_bookingrequest_undo": "sales.booking.approve",
    # money
    "finance_paymenttransaction_refund": "finance.refund.add",
    "finance_refund_ask": "finance.refund.add",
    "finance_refund_proof": "finance.refund.complete",
    "finance_invoice_send_once_more": "finance.invoice.add",
    "finance_invoice_look_up": "finance.invoice.add",
    "finance_invoice_close": "finance.invoice.add",
    "finance_moneycase_proof": "finance.moneycase.decide",
    "finance_closedmonth_close": "finance.closedmonth.add",
    "finance_closedmonth_reopen": "finance.closedmonth.delete",
    "finance_commissionrate_what_if": "finance.commissionrate.add",
    "finance_payout_queue": "finance.payout.approve",
    "finance_payout_statement": "finance.payout.view",
    "finance_payoutregister_file": "finance.payoutregister.view",
    "finance_payoutregister_cards": "finance.referralpayoutrequest.send",
    "finance_payoutregister_answers": "finance.payout.settle",
    "finance_reconciliationfile_change": "finance.reconciliationfile.view",
    "finance_reconciliationfile_columns": "finance.reconciliationfile.add",
    "finance_reconciliationfile_take": "finance.reconciliationfile.add",
    "finance_reconciliationfile_discard": "finance.reconciliationfile.add",
    "finance_reconciliationfile_rows": "finance.reconciliationfile.view",
    "finance_reconciliationfile_export": "finance.reconciliationfile.view",
    "finance_reconciliationfile_file": "finance.reconciliationfile.view",
    # what happened and what was told
    "core_job_state": "core.job.view",
    "core_job_download": "core.job.view",
    "core_job_again": "core.job.view",
    "core_job_stop": "core.job.view",
    "notifications_announcement_progress": "notifications.announcement.view",
    "notifications_announcement_try_it": "notifications.announcement.add",
    "notifications_announcement_copy": "notifications.announcement.add",
    "notifications_notification_previews": "notifications.notification.view",
    "notifications_notification_templates": "notifications.notification.view",
}
# Standard pages that nobody has, although the table names the act: it is done on another page.
ELSEWHERE = {
    "catalog.tourchat.add",  # in the group itself
    "catalog.tourchat.change",
    "core.media.delete",  # by its button
    "core.savedfilter.add",  # on the list that is filtered
    "core.savedfilter.delete",
    "finance.closedmonth.add",
    "finance.closedmonth.delete",
    "finance.invoice.add",  # on the booking's page
    "finance.payout.add",  # in the queue, and on the agency's page
    "finance.payoutregister.add",
    "finance.refund.add",
    "partners.agencymember.change",  # by its buttons
    "partners.viewas.add",  # on the person's page
    "partners.partnerrate.add",  # on the partner's page
    "sales.bookingtraveller.change",  # on the date's list of passengers
}
# Pages that have nothing to show for the rows of our scenery: a statement of what is not paid.
EMPTY = {
    "account_session_end",  # somebody else's
    "catalog_promocode_stop_batch",
    "core_savedfilter_save",
    "catalog_tour_gallery",
    "finance_moneycase_proof",
    "finance_payout_statement",
    "finance_payoutregister_cards",
    "finance_payoutregister_file",
    "finance_refund_proof",
    "finance_report_file",
}

STANDARD = {
    "changelist": ("view", "view"),
    "add": ("add", "add"),
    "change": ("view", "change"),
    "delete": ("delete", "delete"),
    "history": ("view", "view"),
    "simple_history": ("view", "view"),
    "import": ("import", "import"),
    "process_import": ("import", "import"),
    "export": ("export", "export"),
}


def asked(address: Address, method: str) -> str | None:
    """``resource.act``, several with spaces between, or one of the words above; None when nobody
    has explained the address."""
    if address.is_alias:
        return ANYBODY
    if address.name in ASKS:
        return ASKS[address.name]
    if not address.label:
        return None
    page = address.name.removeprefix(address.label.replace(".", "_") + "_")
    if page in STANDARD:
        act = STANDARD[page][method == "post"]
        asks = f"{address.label}.{act}"
        return NOBODY if act == NOBODY or asks in ELSEWHERE else asks
    return of_action(address.label, page)


def of_action(label: str, name: str) -> str | None:
    """An action's, from the permissions it declares."""
    permissions = permissions_of(label, name)
    if not permissions or not all(each in TABLE.get(label, ()) for each in permissions):
        return None
    return " ".join(f"{label}.{each}" for each in permissions)


def permissions_of(label: str, name: str) -> list[str]:
    method: Callable = getattr(ADMINS[label], name, None)
    return list(getattr(method, "allowed_permissions", ()))


ADMINS = {model._meta.label_lower: each for model, each in admin.site._registry.items()}


def may(role: str, asks: str) -> bool:
    """Whether the table lets the role do all that is asked."""
    if asks in (NOBODY, NOTHING):
        return False
    if asks in (ANY_STAFF, ANYBODY):
        return asks == ANYBODY or role in STAFF
    acts = (each.rpartition(".") for each in asks.split())
    return all(allowed(role, resource, act) for resource, _dot, act in acts)
