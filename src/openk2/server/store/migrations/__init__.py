"""Alembic scripts: how the database came to be.

A step is a file `versions/NNNN_room.py` whose `down_revision` is the step before it. Steps are never changed once they
are in a release; there is no way back, a copy of the database file is.
"""
