"""Rules that need only the text: they keep impossible and dangerous policies from being written.

A rule is a function ``(document, root) -> findings``, where ``root`` is the pointer to what a policy's ``spec`` holds.
Rules meet documents that the schema refuses too, so they look before they leap.
"""
