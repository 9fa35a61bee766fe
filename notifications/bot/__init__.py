"""The third door: people press and type, the bot calls one act or query and answers.

aiogram takes seconds to import: of this package only ``webhook`` is for everybody's start, and it
imports the rest when the first update comes.
"""
