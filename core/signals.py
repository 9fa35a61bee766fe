"""The platform's signals: something was committed that a worker should look at."""

from django.dispatch import Signal

# Events wait to be told.
events_recorded = Signal()
# A job waits to be carried.
job_started = Signal()
