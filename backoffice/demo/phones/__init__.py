"""Telegram, played on a laptop: a Bot API over HTTP, and everybody's phone as a page."""
