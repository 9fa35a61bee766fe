"""Pictures."""

from api.schemas.media import MediaOut
from core.models import Media


def show_media(media: Media) -> MediaOut:
    return MediaOut(
        id=media.pk,
        type=media.type,  # type: ignore[arg-type]
        url=media.url,
        card_url=media.card_url,
        thumb_url=media.thumb_url,
        width=media.width,
        height=media.height,
        size=media.size,
        agency=media.agency_id,
        created_at=media.created_at,
    )
