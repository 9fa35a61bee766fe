"""PDFs out of templates; they extend ``papers/base.html``.

A thousand rows of a table take some seconds and 150 MB: what can be longer is offered as XLSX.
"""

import ssl
from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

MOST_ROWS = 1000


def render_pdf(template: str, context: Mapping[str, Any], *, language: str) -> bytes:
    """The template in ``language``, as PDF/A-3b. Nothing is fetched but ``data:`` addresses."""
    # Importing it takes a second or more: paid by the first paper, not by every start.
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    with translation.override(language):
        html = render_to_string(template, {**context, "language": language})
    # One of its own would read the machine's certificates for each paper.
    no_certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    fetcher = URLFetcher(allowed_protocols=["data"], ssl_context=no_certificates)
    pdf: bytes = HTML(string=html, url_fetcher=fetcher).write_pdf(pdf_variant="pdf/a-3b")
    return pdf
