"""Files people upload → text: what runs in the confined process, standard library and pypdf only.

The process (`worker.py`) does not load the rest of the package: `../extractor.py` starts it.
"""
