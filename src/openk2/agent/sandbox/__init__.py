"""Running untrusted code: a warm interpreter forks one confined process per call.

`client.py` is what the package calls; `zygote.py` and `keeper.py` run in the warm process and import the standard
library only; `kernel.py` speaks to Linux (namespaces, capabilities, limits), `landlock.py` and `seccomp.py` to its two
unprivileged filters.
"""
