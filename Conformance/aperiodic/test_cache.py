"""Month files under change and under load: what a late import touches, and that a cold month neither is built twice nor stops the server."""
import glob
import http.client
import os
import shutil
import signal
import socket
import threading
import time

import pytest

import reference
from asking import Api, fetch, rows, table
from conftest import bring, key
from harness import millrace
from reference import DATASETS, differences
from serving import Serving
from tapes import DAY, at, year


def until(holds, seconds=15):
    """Waits for something that a server sees in its own time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def ignoring_errors(function, *arguments):
    try:
        function(*arguments)
    except (OSError, http.client.HTTPException):
        pass


def cached(lake):
    """The files of the cache, as they are on disk."""
    return {path: (os.stat(path).st_ino, os.stat(path).st_mtime_ns)
            for path in glob.glob(os.path.join(lake, "bars", "**", "*"), recursive=True) if os.path.isfile(path)}


def test_a_late_import_touches_exactly_its_month(tmp_path):
    tape, lake = year(seed=7), str(tmp_path / "lake")
    late = tape.between(at(2025, 5, 1) + 12 * 3600 * 10**6, at(2025, 5, 25))
    assert late
    bring(lake, str(tmp_path), tape, rows=[row for row in tape.rows if row not in late])
    secret = key(lake, "unlimited")
    with Serving(lake) as server:
        api = Api(server.url, secret)

        def files():
            metrics = {(name, month): fetch(url) for name in ("ohlcv", "flow") for month, url in api.files(name, end="2026-01-31").items()}
            raw = {("raw", file["period"]): fetch(file["url"])
                   for file in api.get("data/raw/trades", **api.query(start="2025-02-01", end="2026-01-31")).json["files"]}
            return {name: (answer.headers["ETag"], answer.body) for name, answer in (metrics | raw).items()}

        before, on_disk = files(), cached(lake)
        of_may = {name for name in before if name[1] in ((2025, 5), "2025-05")}
        assert len(before) == 35 and len(of_may) == 3
        bring(lake, str(tmp_path), tape, name="late", rows=late)
        may = api.files("ohlcv")[2025, 5]
        until(lambda: fetch(api.files("ohlcv")[2025, 5]).headers["ETag"] != before["ohlcv", (2025, 5)][0])
        after = files()
        assert {name for name in before if before[name] != after[name]} == of_may
        assert fetch(may).body == after["ohlcv", (2025, 5)][1], "an address that was given out before the import shows what is there now"
        expected = reference.rows(tape.trades, "1h", ("ohlcv", "flow"))
        for name in ("ohlcv", "flow"):
            found = rows(table(after[name, (2025, 5)][1]))
            assert not differences(found, [row for row in expected[name] if at(2025, 5) <= row["time"] < at(2025, 6)])
        # Of what was on disk before, everything but May's files is untouched, and those are gone.
        now = cached(lake)
        gone = {path for path in on_disk if now.get(path) != on_disk[path]}
        assert len(gone) <= 3, gone
        assert len(now) == len(on_disk), (sorted(now), sorted(on_disk))
        # The same import again changes nothing.
        bring(lake, str(tmp_path), tape, name="again", rows=late)
        time.sleep(2)
        assert files() == after and cached(lake) == now


@pytest.fixture(scope="module")
def big(tmp_path_factory, quick):
    """A lake with a month that takes a while."""
    folder = tmp_path_factory.mktemp("big")
    count = 1_500_000 if quick else 8_000_000
    dump = millrace("simulate", "archives", "--rows", count, "--format", "csv", "--output", folder, "--quiet").stdout.split()[-1]
    done = millrace("import", dump, "--data", folder / "lake", "--venue", "binance-futures", "--symbol", "BTCUSDT", "--quiet")
    assert done.status == 0, done.stderr
    os.remove(dump)
    return str(folder / "lake"), key(str(folder / "lake"), "unlimited")


def test_a_cold_month_is_built_once_for_all_who_ask(big):
    lake, secret = big
    with Serving(lake) as server:
        api = Api(server.url, secret)
        url, = api.files("ohlcv", interval="1m", start="2024-01-01", end="2024-01-31").values()
        answers, threads = [], []
        began = time.monotonic()
        for _ in range(8):
            threads.append(threading.Thread(target=lambda: answers.append(fetch(url))))
            threads[-1].start()
        for thread in threads:
            thread.join()
        together = time.monotonic() - began
        assert [answer.status for answer in answers] == [200] * 8
        assert len({(answer.headers["ETag"], answer.body) for answer in answers}) == 1
        assert len([path for path in cached(lake) if "ohlcv" in path]) == 1
        began = time.monotonic()
        url, = api.files("vtwap", interval="1m", start="2024-01-01", end="2024-01-31").values()
        assert fetch(url).status == 200
        alone = time.monotonic() - began
        assert together < 4 * alone + 0.5, (together, alone)


def test_the_server_answers_while_it_builds(big):
    lake, secret = big
    with Serving(lake, "--threads", 2) as server:
        api = Api(server.url, secret)
        urls = [url for name in DATASETS for url in api.files(name, interval="5m", start="2024-01-01", end="2024-01-31").values()]
        builders = [threading.Thread(target=fetch, args=(url,)) for url in urls]
        slowest, asked = 0, 0
        for builder in builders:
            builder.start()
        while any(builder.is_alive() for builder in builders):
            began = time.monotonic()
            assert fetch(server.url + "/healthz").status == 200
            slowest, asked = max(slowest, time.monotonic() - began), asked + 1
            time.sleep(0.005)
        assert asked > 3 and slowest < 1, (asked, slowest)


def test_a_client_that_leaves_is_not_served_to_the_end(big):
    """Its build may go on, the server must answer the next."""
    lake, secret = big
    with Serving(lake) as server:
        api = Api(server.url, secret)
        url, = api.files("returns", interval="15m", start="2024-01-01", end="2024-01-31").values()
        with socket.create_connection(server.address) as connection:
            connection.sendall(f"GET {url[len(server.url):]} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        answer = fetch(url)
        assert answer.status == 200 and table(answer.body).num_rows == 96
        assert server.stop() == 0


def test_a_server_that_is_killed_while_it_builds_leaves_nothing_that_is_served(big):
    lake, secret = big
    january = {"start": "2024-01-01", "end": "2024-01-31", "interval": "1m"}

    def all_nine(server):
        api = Api(server.url, secret)
        return {name: fetch(url).body for name in DATASETS for url in api.files(name, **january).values()}

    with Serving(lake) as server:
        shutil.rmtree(os.path.join(lake, "bars"), ignore_errors=True)
        whole = all_nine(server)
    assert all(body[:4] == body[-4:] == b"PAR1" for body in whole.values())
    for delay in (0.02, 0.08, 0.2):
        shutil.rmtree(os.path.join(lake, "bars"), ignore_errors=True)
        with Serving(lake) as server:
            api = Api(server.url, secret)
            urls = [url for name in DATASETS for url in api.files(name, **january).values()]
            askers = [threading.Thread(target=ignoring_errors, args=(fetch, url)) for url in urls]
            for asker in askers:
                asker.start()
            time.sleep(delay)
            server.stop(signal.SIGKILL)
            for asker in askers:
                asker.join()
        with Serving(lake) as server:
            assert all_nine(server) == whole
            assert len(cached(lake)) == len(whole), sorted(cached(lake))


def test_an_open_download_outlives_its_file(big, tmp_path):
    """A month changes while a client is in the midst of the old file, which it gets to its end."""
    lake, secret = big
    with Serving(lake) as server:
        api = Api(server.url, secret)
        query = api.query(start="2024-01-01", end="2024-01-31")
        old, = api.get("data/raw/trades", **query).json["files"]
        with socket.create_connection(server.address) as connection:
            connection.sendall(f"GET {old['url'][len(server.url):]} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = connection.recv(1000)
            late = tmp_path / "BTCUSDT-aggTrades-late.csv"
            late.write_text("4999999,42500.0,0.001,1,1,1704067200000,false\n")
            done = millrace("import", late, "--data", lake, "--venue", "binance-futures", "--symbol", "BTCUSDT", "--quiet")
            assert done.status == 0, done.stderr
            until(lambda: api.get("data/raw/trades", **query).json["files"][0]["size"] != old["size"])
            while part := connection.recv(1 << 20):
                answer += part
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200") and len(body) == old["size"]
        new, = api.get("data/raw/trades", **query).json["files"]
        assert table(fetch(new["url"]).body).num_rows == table(body).num_rows + 1


def test_what_is_broken_in_the_cache_is_not_served(tmp_path):
    tape, lake = year(seed=8), str(tmp_path / "lake")
    bring(lake, str(tmp_path), tape, rows=tape.between(at(2025, 5), at(2025, 6)))
    secret = key(lake, "unlimited")
    with Serving(lake) as server:
        whole = fetch(Api(server.url, secret).files("flow")[2025, 5]).body
    paths = list(cached(lake))
    assert paths
    for damage in (lambda data: data[:len(data) // 2], lambda data: b"", lambda data: b"not a file of ours" * 100):
        for path in cached(lake):
            with open(path, "rb") as file:
                data = file.read()
            with open(path, "wb") as file:
                file.write(damage(data))
        with Serving(lake) as server:
            assert fetch(Api(server.url, secret).files("flow")[2025, 5]).body == whole
