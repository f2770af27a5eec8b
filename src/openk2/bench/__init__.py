"""Speed, beside what the machine could do: a model's own steps timed, and the limit from the same minute.

`random_model.py` makes a model without a checkpoint, `steps.py` times prompts and decoding, `load.py` requests that
arrive at an engine, `limits.py` says how fast the machine could have been, `machine.py` measures it, `run.py` puts all
of it into one report.
"""
