"""How full the coming weeks are."""

from datetime import datetime

from django.utils.translation import gettext as _

from backoffice.admin.charts import MAIN, PALE, Chart, Row, chart_data, chart_options
from backoffice.admin.home.week import WEEK, dates_url
from catalog.models import TourSession
from catalog.queries.calendar import WeekFill, fill_by_week
from core.clock import local_date
from partners.models import User

WEEKS = 4


def fill_chart(user: User, at: datetime) -> Chart:
    """Seats taken and free of the dates that start in each of the coming weeks."""
    today = local_date(at)
    weeks = fill_by_week(TourSession.objects.for_user(user), today, weeks=WEEKS)
    bars = {"maxBarThickness": 48, "borderRadius": 4}
    taken = {"label": _("seats taken"), "data": [w.taken for w in weeks], "backgroundColor": MAIN}
    free = {"label": _("seats free"), "data": [w.free for w in weeks], "backgroundColor": PALE}
    return Chart(
        title=_("Fill of the coming weeks"),
        url=dates_url(today, WEEK * WEEKS),
        data=chart_data([_days(week) for week in weeks], taken | bars, free | bars),
        options=chart_options(is_stacked=True),
        heads=(_("week"), _("seats taken"), _("seats free")),
        rows=[
            Row(_days(week), dates_url(week.first, WEEK), (str(week.taken), str(week.free)))
            for week in weeks
        ],
        empty="" if any(week.capacity for week in weeks) else _("No date starts in four weeks."),
    )


def _days(week: WeekFill) -> str:
    return f"{week.first:%d.%m} – {week.last:%d.%m}"
