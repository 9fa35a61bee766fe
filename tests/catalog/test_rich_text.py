"""Descriptions: a few tags, nothing that runs."""

import pytest

from catalog.rich_text import clean_html, plain_text

LINK = '<p><a href="https://x.uz" rel="noopener noreferrer nofollow">x</a></p>'

VECTORS = {
    "script": ("<p>a</p><script>alert(1)</script>", "<p>a</p>"),
    "script in capitals": ("<p>a</p><SCRIPT SRC=//x></SCRIPT>", "<p>a</p>"),
    "script never closed": ("<p>a</p><script>alert(1)", "<p>a</p>"),
    "script in a script": (
        "<p>a</p><scr<script>ipt>alert(1)</script>",
        "<p>a</p>ipt&gt;alert(1)",
    ),
    "style": ("<style>p{background:url(//x)}</style><p>a</p>", "<p>a</p>"),
    "style attribute": ('<p style="position:fixed">a</p>', "<p>a</p>"),
    "class and id": ('<p class="c" id="i">a</p>', "<p>a</p>"),
    "onerror": ("<p>a<img src=x onerror=alert(1)></p>", "<p>a</p>"),
    "onclick": ('<p onclick="alert(1)">a</p>', "<p>a</p>"),
    "slash for a space": ("<p/onclick=alert(1)>a</p>", "<p>a</p>"),
    "svg": ("<p>a</p><svg onload=alert(1)></svg>", "<p>a</p>"),
    "script in svg": ("<p>a</p><svg><script>alert(1)</script></svg>", "<p>a</p>"),
    "math": ("<p>a</p><math href=javascript:alert(1)></math>", "<p>a</p>"),
    "iframe": ('<p>a</p><iframe src="//x"></iframe>', "<p>a</p>"),
    "object": ("<p>a</p><object data=//x></object><embed src=//x>", "<p>a</p>"),
    "form": ("<p>a</p><form action=//x><input name=q></form>", "<p>a</p>"),
    "meta": ('<meta http-equiv=refresh content="0;url=//x"><p>a</p>', "<p>a</p>"),
    "base": ("<base href=//x><p>a</p>", "<p>a</p>"),
    "comment": ("<p>a<!-- <script>alert(1)</script> --></p>", "<p>a</p>"),
    "tag never closed": ('<p>a</p><img src="x', "<p>a</p>"),
}

HREFS = {
    "javascript": "javascript:alert(1)",
    "javascript in capitals": "JaVaScRiPt:alert(1)",
    "with a tab in it": "java&#9;script:alert(1)",
    "with a line in it": "java\nscript:alert(1)",
    "in entities": "&#106;avascript:alert(1)",
    "after a space": " javascript:alert(1)",
    "after a control sign": "&#1;javascript:alert(1)",
    "data": "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript": "vbscript:msgbox(1)",
    "file": "file:///etc/passwd",
    "blob": "blob:https://x/1",
}


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_that_runs_is_kept(vector):
    typed, kept = VECTORS[vector]

    assert clean_html(typed) == kept


@pytest.mark.parametrize("vector", HREFS)
def test_a_link_leads_nowhere_unless_its_scheme_is_known(vector):
    cleaned = clean_html(f'<p><a href="{HREFS[vector]}">x</a></p>')

    assert cleaned == '<p><a rel="noopener noreferrer nofollow">x</a></p>'


@pytest.mark.parametrize("href", ["https://x.uz", "http://x", "mailto:a@x.uz", "tel:+998", "tg:x"])
def test_links_of_known_schemes_stay_and_trust_nobody(href):
    cleaned = clean_html(f'<p><a href="{href}" target="_blank" onclick="x()">x</a></p>')

    assert cleaned == LINK.replace("https://x.uz", href)


@pytest.mark.parametrize(
    "html",
    [
        "<h2>День</h2><ul><li><strong>плов</strong></li></ul><blockquote>чай</blockquote>",
        "<div>раз<br>два</div><p><em>и</em> <u>ещё</u> <del>не</del></p>",
    ],
)
def test_what_the_editor_makes_is_kept(html):
    assert clean_html(html) == html


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Чай", "<p>Чай</p>"),
        ("Чай\n\nи плов", "<p>Чай</p>\n\n<p>и плов</p>"),
        ("Чай\nи плов", "<p>Чай<br>и плов</p>"),
        ("5 < 6 & 7 > 6", "<p>5 &lt; 6 &amp; 7 &gt; 6</p>"),
        ("<3", "<p>&lt;3</p>"),
    ],
)
def test_plain_text_becomes_paragraphs(typed, kept):
    assert clean_html(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "  \n ", "<p></p>", "<p><br></p>", "<div>&nbsp;</div>", "<script>x</script>"]
)
def test_nothing_to_read_is_nothing(typed):
    assert clean_html(typed) == ""


@pytest.mark.parametrize(
    "typed",
    [typed for typed, _kept in VECTORS.values()] + [f'<a href="{h}">x</a>' for h in HREFS.values()],
)
def test_what_was_cleaned_is_clean(typed):
    once = clean_html(typed)

    assert clean_html(once) == once


def test_the_words_of_a_text_are_a_line_for_each_paragraph():
    html = "<h2>День  1</h2><p>Чай &amp; <b>плов</b></p><ul><li>раз</li><li>два<br>три</li></ul>"

    assert plain_text(html) == "День 1\nЧай & плов\nраз\nдва\nтри"
