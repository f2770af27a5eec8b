"""What holds for every room's tests: properties are tried on the same examples each time, so that a test that passed
passes again, and without a time limit per example, because a busy machine is no defect.

New examples are searched for with `make test ARGS="-m hypothesis --hypothesis-profile=search"`.
"""

from hypothesis import settings

settings.register_profile("openk2", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("openk2")
