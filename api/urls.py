"""The API's paths: Payme's endpoint, ninja's, and a problem document for anything else."""

from django.urls import path

from api.app import api
from api.payme import payme_endpoint
from api.problems import no_such_path

urlpatterns = [
    # With and without the slash: Payme counts a redirect as a failure.
    path("payments/payme/", payme_endpoint, name="payme"),
    path("payments/payme", payme_endpoint),
    path("", no_such_path),
    path("", api.urls),
    path("<path:path>", no_such_path),
]
