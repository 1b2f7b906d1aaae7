#!/usr/bin/env python3
"""The Aperiodic façade, asked by the vendor's own client from PyPI: `run.py [--quick] [anything pytest takes]`.

A real `millrace serve` on loopback; every value against reference.py. --quick leaves out the long tapes.
"""
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
sys.exit(pytest.main([HERE, "--quiet", "--tb=short", "-p", "no:cacheprovider", *sys.argv[1:]]))
