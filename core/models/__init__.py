from core.models.event_log import EventDelivery, EventLog, EventSeal
from core.models.idempotency import IdempotencyKey
from core.models.job import Job, JobSchedule
from core.models.media import Media
from core.models.saved_filter import SavedFilter

__all__ = [
    "EventDelivery",
    "EventLog",
    "EventSeal",
    "IdempotencyKey",
    "Job",
    "JobSchedule",
    "Media",
    "SavedFilter",
]
