"""What shows that the bank has carried something out: a reference, and a file. Building blocks."""

from django.utils.translation import gettext_lazy as _

from core.refusals import Invalid


class NoReference(Invalid):
    message = _("Give the number of the bank's order.")
    field = "reference"


class NoProof(Invalid):
    message = _("Attach the proof: a scan or a PDF of the bank's order.")
    field = "proof"


def check_proof(*, reference: str, proof: str) -> None:
    """Refuse with NoReference, and with NoProof without the name of a stored file."""
    if not reference.strip():
        raise NoReference
    if not proof:
        raise NoProof
