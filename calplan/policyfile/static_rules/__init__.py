"""Rules about how a document is written: they keep impossible policies from being meant at all.

A rule is a function ``(document, root) -> findings``, where ``root`` is the pointer to what a policy's ``spec`` holds.
Rules meet documents that the schema refuses too, so they look before they leap.
"""
