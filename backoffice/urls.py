from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from backoffice import views
from notifications.bot.webhook import telegram_webhook

handler403 = "backoffice.error_pages.not_allowed"
handler404 = "backoffice.error_pages.not_found"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    # The language switch of the admin posts to ``set_language``.
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", include("api.urls")),
    path("telegram/webhook/", telegram_webhook, name="telegram_webhook"),
    path("health/", views.health, name="health"),
    path("health/ready/", views.ready, name="ready"),
    path("media/<path:name>", views.media, name="media"),
]
