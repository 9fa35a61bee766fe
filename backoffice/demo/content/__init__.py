"""The demo's words and numbers: plain data, no database."""

from backoffice.demo.content.agencies import AGENCIES
from backoffice.demo.content.categories import CATEGORIES
from backoffice.demo.content.offers import PROMOS, PROMOTIONS
from backoffice.demo.content.people import BLOGGER, PEOPLE, STAFF
from backoffice.demo.content.tours import TOURS
from backoffice.demo.content.words import COMMENTS

__all__ = [
    "AGENCIES",
    "BLOGGER",
    "CATEGORIES",
    "COMMENTS",
    "PEOPLE",
    "PROMOS",
    "PROMOTIONS",
    "STAFF",
    "TOURS",
]
