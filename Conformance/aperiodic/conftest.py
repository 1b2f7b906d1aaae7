"""A lake of made-up tapes, keys of several plans, and a server on it, for all tests of a session."""
import functools
import os
import sys

import certifi
import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import reference
import tapes
from asking import Api
from clock import ShiftedClock
from harness import millrace
from serving import Serving


@pytest.fixture(scope="session", autouse=True)
def few_authorities(tmp_path_factory):
    """One certificate authority for the client, which reads all of the system's anew for every plain HTTP call it makes: 50 ms of each."""
    with open(certifi.where()) as file:
        one = file.read().partition("-----END")[0] + "-----END CERTIFICATE-----\n"
    path = tmp_path_factory.mktemp("authorities") / "one.pem"
    path.write_text(one)
    os.environ["SSL_CERT_FILE"] = str(path)


def pytest_addoption(parser):
    parser.addoption("--quick", action="store_true", help="leave out the long tapes")


@pytest.fixture(scope="session")
def quick(request):
    return request.config.getoption("--quick")


def bring(lake, folder, tape, name="part", rows=None):
    """Imports some rows of a tape."""
    words = ["--columns", tape.columns] if tape.columns else []
    done = millrace("import", tape.write(folder, name, rows), "--data", lake, "--venue", tape.venue, "--symbol", tape.native, "--quiet", *words)
    assert done.status == 0, done.stderr


def key(lake, plan):
    done = millrace("keys", "create", "--data", lake, "--vendor", "aperiodic", "--plan", plan, "--quiet")
    assert done.status == 0, done.stderr
    return done.stdout.strip()


class World:
    """The lake that most tests ask: `btc` is the year, the others are each an edge."""

    def __init__(self, folder):
        self.folder, self.lake = str(folder), str(folder / "lake")
        self.btc, self.holed, self.inverse, self.sideless = self.tapes = (tapes.year(), tapes.holed(), tapes.inverse(), tapes.sideless())
        for tape in self.tapes:
            bring(self.lake, self.folder, tape)
        self.keys = {plan: key(self.lake, plan) for plan in ("tier1", "tier2", "tier3", "prime", "prime-raw", "unlimited")}

    @functools.cache
    def expected(self, tape, interval):
        """The reference's rows of all nine datasets."""
        return reference.rows(tape.trades, interval, contract_size=tape.contract_size)


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("aperiodic"))


@pytest.fixture(scope="session")
def server(world):
    with Serving(world.lake) as server:
        yield server
        assert server.stop() == 0, server.log()


@pytest.fixture(scope="session")
def api(world, server):
    """What the tests ask with: the key of a plan without limits."""
    return Api(server.url, world.keys["unlimited"])


@pytest.fixture
def shifted_clock(tmp_path):
    """A wall clock that can be moved on, and how to serve with it."""
    return ShiftedClock(tmp_path)
