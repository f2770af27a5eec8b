"""`python -m openk2.kernels.native`: compile and test the kernels now rather than at first use. One line; status 1 if
there will be none."""

import sys

from openk2.errors import KernelError
from openk2.kernels.native.build import build
from openk2.kernels.native.choice import look

try:
    build()
except KernelError as error:
    print(f"no native kernels, openk2 runs on its reference path: {error}", file=sys.stderr)
    sys.exit(1)
found = look()
print(f"native kernels {', '.join(found.usable) or 'none'}: {found.library.path if found.library else found.missing}")
sys.exit(not found.usable)
