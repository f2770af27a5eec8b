"""What holds for every room's tests: no time limit on a property's example, because a busy machine is no defect."""

from hypothesis import settings

settings.register_profile("openk2", deadline=None)
settings.load_profile("openk2")
