#!/usr/bin/env python3
"""Recording before misfortune: kills at random moments, venues over TLS, and the venues' own bars.

usage: run.py [--quick] [--only PROOF] [--kills N] [--seed N]
"""
import argparse
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import kills
import klines
import secure
from harness import Checks


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=["secure", "klines", "kills"])
    parser.add_argument("--kills", type=int, help="how often a server is killed")
    parser.add_argument("--seed", type=int, help="decides the market and the moments of the kills")
    options = parser.parse_args()
    wanted = options.kills or (20 if options.quick else 60)
    proofs = {"secure": [secure.run], "klines": [klines.run]}
    # A directory sees twenty kills or so; a seed is that of the first.
    rounds = max(1, round(wanted / 20))
    proofs["kills"] = [lambda check, folder, number=number: kills.run(
        check, folder, wanted * (number + 1) // rounds - wanted * number // rounds,
        None if options.seed is None else options.seed + number) for number in range(rounds)]
    check = Checks("live")
    for name, each in proofs.items():
        for proof in each if options.only in (None, name) else []:
            folder, failed = tempfile.mkdtemp(prefix=f"millrace-{name}-"), check.failed
            proof(check, folder)
            if check.failed == failed:
                shutil.rmtree(folder)
            else:
                print(f"live: what failed is left in {folder}")
    check.finish()


main()
