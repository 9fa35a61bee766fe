import pytest


@pytest.fixture(autouse=True)
def _static_files_where_they_are(settings):
    """WhiteNoise looks for each file when asked, as on a laptop: nothing has been collected."""
    settings.WHITENOISE_AUTOREFRESH = True
