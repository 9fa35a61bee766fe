"""E-mail: one message out, and what became of it."""

from html import unescape
from mimetypes import guess_type
from pathlib import Path
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.core.mail import EmailMessage
from django.utils.html import strip_tags

from notifications.channels.outcomes import Envelope, Later, Never, Outcome, Sent

# From here on an answer of a mail server is for good.
FOR_GOOD = 500


def send(envelope: Envelope) -> Outcome:
    """One message out; never raises for its own failure."""
    message = EmailMessage(
        subject=" ".join(envelope.subject.split()),
        body=unescape(strip_tags(envelope.text)),
        to=[envelope.email],
    )
    try:
        if envelope.file is not None:
            kind = guess_type(envelope.file.name)[0] or "application/octet-stream"
            content = envelope.file.content or Path(envelope.file.path).read_bytes()
            message.attach(envelope.file.name, content, kind)
        message.send()
    except SMTPRecipientsRefused as error:
        codes = [code for code, _answer in error.recipients.values()]
        return _failed(envelope, error, min(codes, default=FOR_GOOD))
    except SMTPResponseException as error:
        return _failed(envelope, error, error.smtp_code)
    except (SMTPException, OSError) as error:
        return Later(envelope.key, str(error) or type(error).__name__)
    return Sent(envelope.key, None)


def _failed(envelope: Envelope, error: SMTPException, code: int) -> Outcome:
    answer = Never if code >= FOR_GOOD else Later
    return answer(envelope.key, str(error))
