"""How staff come in, and what is theirs alone: the second factor, passwords, lock-outs.

Nothing is imported here: the site asks ``second_factor`` while the apps are loaded. Models register
through ``backoffice.admin.account.registered``.
"""
