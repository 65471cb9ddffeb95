"""Backchannel's platform-agnostic core: knowledge in, a question in, a reply out."""

import os

# The matrices of one question are so small that sharing them out to threads costs several times what it saves; numpy's
# libraries read these when they are loaded, so that nothing of this package may import numpy before.
for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
