"""A partner's links, and the QR codes that carry them."""

from io import BytesIO
from xml.etree import ElementTree

import pytest
from django.test import override_settings
from PIL import Image

from partners.links import app_link, bot_link, qr_png, qr_svg

LINK = "https://t.me/circle_tours_bot?start=MADINA"


def test_a_code_leads_into_the_mini_app_and_into_the_bot():
    with override_settings(
        MINI_APP_URL="https://t.me/circle_tours_bot/app", TELEGRAM_BOT_USERNAME="circle_tours_bot"
    ):
        assert app_link("MADINA") == "https://t.me/circle_tours_bot/app?startapp=MADINA"
        assert bot_link("MADINA") == LINK


def test_a_qr_code_is_a_square_picture_with_a_quiet_edge():
    image = Image.open(BytesIO(qr_png(LINK)))

    assert image.format == "PNG"
    assert image.width == image.height >= 512
    assert all(image.convert("L").getpixel((x, x)) == 255 for x in range(4 * 16))
    assert image.convert("L").getpixel((4 * 16, 4 * 16)) == 0


def test_a_qr_code_as_svg_grows_with_its_place_and_runs_nothing():
    svg = ElementTree.fromstring(qr_svg(LINK))  # noqa: S314

    assert svg.tag.endswith("svg")
    assert "viewBox" in svg.attrib
    assert "width" not in svg.attrib
    assert {element.tag.rpartition("}")[2] for element in svg.iter()} == {"svg", "path"}


@pytest.mark.parametrize("draw", [qr_png, qr_svg])
def test_another_link_is_another_code(draw):
    assert draw(LINK) != draw(LINK + "X")
    assert draw(LINK) == draw(LINK)
