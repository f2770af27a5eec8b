"""Model directories looked at: what they are (`inspection.py`), and all that is wrong with them (`verify.py`)."""
