"""The models of this package on the site."""

from backoffice.admin.account import devices, failed_tries  # noqa: F401
