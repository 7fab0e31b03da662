"""Servers on this machine that speak the vendors' protocols over a simulated account, and its portal page.

They are a second witness, written from what the vendor documents and never from calplan's own adapters: nothing here
imports ``calplan.providers``. Starlette and uvicorn are the extra ``sandbox``.
"""
