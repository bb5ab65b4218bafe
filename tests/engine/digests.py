"""What the engine that is on the path makes of ladders: `python -m tests.engine.digests FOLDER WAY LADDER...`."""

import hashlib
import sys
from pathlib import Path

import govtool
from govtool.engine import visits
from tests.engine.engines import compiled_result, written
from tests.engine.ladders import LADDERS

if __name__ == "__main__":
    folder, way, *names = sys.argv[1:]
    assert Path(govtool.__file__).is_relative_to(folder)
    for name in names:
        result = compiled_result(LADDERS[name](), visit=getattr(visits, way))
        print(hashlib.sha256(b"".join(written(result))).hexdigest())
