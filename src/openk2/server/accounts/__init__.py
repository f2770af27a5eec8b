"""Who uses the server, within which limits, and what it cost.

`gate.py` finds out who sent a request, `meter.py` opens its tab, `ledger.py` keeps the tab's account durable. The
people and keys are in `directory.py` and `keys.py`, the page's and the programs' view of them in `routes.py`.
"""
