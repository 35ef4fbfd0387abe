"""rmdocs in a browser: pages drawn by a small server on the person's own machine.

The server and its safety are here (Starlette, uvicorn); each page calls one use case of
``workspace`` and shows what it answers. Why it is so: docs/adr/0027.
"""
