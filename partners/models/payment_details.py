"""Where an agency's money goes, changed under a second pair of eyes."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models.proposal import Proposal, ProposalStatus
from partners.models.agency import Collection, TravelAgency


def _as_agency(name: str) -> Any:
    """The agency's own field again: the same length, checks and words."""
    return TravelAgency._meta.get_field(name).clone()  # type: ignore[union-attr]


class PaymentDetailsQuerySet(models.QuerySet["PaymentDetailsChange"]):
    def for_user(self, user) -> "PaymentDetailsQuerySet":  # type: ignore[no-untyped-def]
        if user.sees_all_agencies:
            return self
        own = user.agency_ids_for("partners.paymentdetailschange", "view")
        return self.filter(agency_id__in=own)


class PaymentDetailsChange(Proposal):
    """New bank details, cashbox and way of collecting; the agency has them once approved."""

    agency = models.ForeignKey(
        TravelAgency, models.PROTECT, related_name="details_changes", verbose_name=_("agency")
    )
    bank_name = _as_agency("bank_name")
    bank_account = _as_agency("bank_account")
    bank_mfo = _as_agency("bank_mfo")
    tax_id = _as_agency("tax_id")
    collection = _as_agency("collection")
    payme_merchant_id = _as_agency("payme_merchant_id")

    objects = PaymentDetailsQuerySet.as_manager()

    class Meta(Proposal.Meta):
        verbose_name = _("change of payment details")
        verbose_name_plural = _("changes of payment details")
        ordering = ["-id"]
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                fields=["agency"],
                condition=Q(status=ProposalStatus.PROPOSED),
                name="one_open_details_change_per_agency",
            ),
            models.CheckConstraint(
                condition=~Q(collection=Collection.SPLIT) | ~Q(payme_merchant_id=""),
                name="proposed_split_has_a_cashbox",
            ),
        ]

    def __str__(self) -> str:
        return str(self.agency)
