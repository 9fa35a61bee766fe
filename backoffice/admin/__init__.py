"""The staff's door: Unfold's admin, house by house.

Nothing is imported here: the site is made while this package loads, and models register on it
afterwards (``backoffice.admin.apps``).
"""
