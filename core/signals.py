"""The one signal of the platform: events were committed and wait to be told."""

from django.dispatch import Signal

events_recorded = Signal()
