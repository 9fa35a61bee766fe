"""Search everywhere: one question, asked of everything its reader may see.

``kinds`` says what is looked for and how it is shown, ``places`` knows pages and what can be done,
``everywhere`` asks them all, and ``pages`` shows what was found: in the palette (Ctrl+K) and on a
page of its own.
"""
