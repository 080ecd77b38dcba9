"""What every Python peer is told on its command line, and how it answers."""

import json
import sys
import time


def run(versions, work):
    """Calls work(function, source, target, compression) and prints the seconds that it took, imports left out."""
    function, source, target, compression = sys.argv[1:5]
    started = time.perf_counter()
    work(function, source, target, compression)
    print(json.dumps({"seconds": time.perf_counter() - started, "versions": versions}))
