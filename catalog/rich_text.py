"""Rich text as agencies write it: a few tags, nothing that runs. Pure, no database."""

import re
from html import unescape

import nh3
from django.utils.html import linebreaks

# What the editor makes and the Mini App shows.
TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "i", "li", "ol",
    "p", "pre", "s", "strong", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}}
SCHEMES = {"http", "https", "mailto", "tel", "tg"}
_TAG = re.compile(r"<[a-zA-Z/!]")
_ENDS_A_LINE = re.compile(r"</(?:p|div|li|h[1-6]|blockquote|pre)>|<br\s*/?>", re.IGNORECASE)


def clean_html(text: str) -> str:
    """``text`` with the permitted tags only; plain text becomes paragraphs.

    Empty when nothing is left to read.
    """
    html = text if _TAG.search(text) else linebreaks(text, autoescape=True)
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
        clean_content_tags={"script", "style"},
    ).strip()
    return cleaned if plain_text(cleaned) else ""


def plain_text(html: str) -> str:
    """The words of ``html``, a line for each paragraph."""
    words = nh3.clean(_ENDS_A_LINE.sub(r"\g<0>\n", html), tags=set())
    lines = (" ".join(line.split()) for line in unescape(words).splitlines())
    return "\n".join(line for line in lines if line)
