"""The fourteen tours, by agency and theme."""

from backoffice.demo.content.shapes import Tour
from backoffice.demo.content.tours.chimgan_heights import CHIMGAN_HEIGHTS
from backoffice.demo.content.tours.chimgan_waters import CHIMGAN_WATERS
from backoffice.demo.content.tours.qizilqum_sands import QIZILQUM_SANDS
from backoffice.demo.content.tours.qizilqum_south import QIZILQUM_SOUTH
from backoffice.demo.content.tours.silk_cities import SILK_CITIES
from backoffice.demo.content.tours.silk_crafts import SILK_CRAFTS

TOURS: tuple[Tour, ...] = (
    *SILK_CITIES,
    *SILK_CRAFTS,
    *CHIMGAN_HEIGHTS,
    *CHIMGAN_WATERS,
    *QIZILQUM_SANDS,
    *QIZILQUM_SOUTH,
)
