#!/usr/bin/env python3
"""Every route of a running server, as /openapi.json tells of them, asked with every kind of key: who is let in, how others are refused in the
vendor's own way, and that neither answers nor logs give anything away.

usage: run.py [--quick]
"""
import hashlib
import http.client
import json
import os
import random
import re
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from harness import Checks, millrace
from serving import Serving

QUICK = "--quick" in sys.argv
check = Checks("access")

VENDORS = ("oanor", "aperiodic", "coinglass", "millrace")
# Whose keys open a façade, and how requests carry them.
VENDOR = {"oanor": "oanor", "aperiodic": "aperiodic", "coinglass": "coinglass", "native": "millrace", "flowsurface": "millrace", "health": "millrace"}
# Façades whose errors are a line of text.
PLAIN = {"health", "flowsurface"}
HEADER = {"oanor": "x-oanor-key", "aperiodic": "X-API-KEY", "coinglass": "CG-API-KEY", "millrace": "Authorization"}
# What is wrong with a key: status and what the body has to say, by vendor.
REFUSED = {
    "oanor": {"none": 401, "bad": 401, "foreign": 402, "closed": 402, "often": 429, "twice": 401},
    "aperiodic": {"none": 401, "bad": 401, "foreign": 401, "closed": 403, "often": 429, "twice": 401},
    "coinglass": {"none": ("400", "API key missing."), "bad": ("400", "Invalid API key provided"), "foreign": ("401", "Upgrade plan"),
                  "closed": ("401", "Upgrade plan"), "often": 429, "twice": ("400", None)},
    "millrace": {"none": 401, "bad": 401, "foreign": 402, "closed": 403, "often": 429, "twice": 401},
}
# What no answer may tell: paths of the machine, types of the language, what errors look like inside.
INTERNALS = re.compile(r"/tmp/|/home/|/root/|/work/|\.swift\b|Sources/|Optional\(|Swift\.|[A-Z]\w+Error\b|SQLite|sqlite|0x[0-9a-f]{6}|\bnil\b|LakeServer|KeyGate")
# For parameters whose declaration has no example.
VALUES = {"bucket": "flow", "dataset": "trades", "file": "2024-01.parquet", "interval": "1m", "exchange": "binance-futures",
          "symbol": "perpetual-BTC-USDT:USDT", "expires": "1", "signature": "0", "after": "", "state": "open", "since": "", "min_notional": "100000"}


class Caller:
    """One connection, opened again when it is closed."""

    def __init__(self, server):
        self.server, self.connection = server, None

    def __call__(self, path, headers=(), method="GET"):
        """Status, headers, body."""
        for attempt in range(2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(*self.server.address, timeout=30)
            try:
                self.connection.putrequest(method, path, skip_accept_encoding=True)
                for name, value in headers:
                    self.connection.putheader(name, value)
                self.connection.endheaders()
                answer = self.connection.getresponse()
                body = answer.read()
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.connection = None
                if attempt:
                    raise
                continue
            if answer.will_close:
                self.connection = None
            return answer.status, answer.headers, body.decode(errors="replace")


class Operation:
    def __init__(self, path, description):
        self.path, self.facade = path, description["x-millrace-facade"]
        self.is_keyed = bool(description["security"])
        self.parameters = description["parameters"]

    @property
    def vendor(self):
        return VENDOR[self.facade]

    def target(self, **changes):
        """A request with everything that is required, and what is changed."""
        path, query = self.path, {}
        for parameter in self.parameters:
            name = parameter["name"]
            value = str(changes.get(name, parameter.get("example") or VALUES.get(name) or next(iter(parameter["schema"].get("enum", ["x"])))))
            if parameter["in"] == "path":
                path = path.replace("{%s}" % name, urllib.parse.quote(value, safe=":"))
            elif parameter["required"] or name in changes:
                query[name] = value
        return path + ("?" + urllib.parse.urlencode(query) if query else "")


def carried(vendor, key):
    return [(HEADER[vendor], f"Bearer {key}" if vendor == "millrace" else key)]


def shaped(operation, status, text):
    """What is wrong with the shape of a refusal; None for nothing."""
    if operation.facade in PLAIN:
        return None if text.endswith("\n") and text.count("\n") == 1 else text
    body = json.loads(text)
    good = {
        "oanor": lambda: list(body) == ["data", "meta", "status", "message", "success"] and body["data"] is None and body["success"] is False
        and body["status"] == "error" and set(body["meta"]) == {"timestamp", "request_id"},
        "aperiodic": lambda: isinstance(body["error"], str) and set(body) <= {"error", "details", "code"},
        "coinglass": lambda: list(body) == ["code", "msg"] and all(isinstance(value, str) for value in body.values()),
        "native": lambda: list(body) == ["error", "request_id"] and body["error"]["status"] == status and body["error"]["message"],
    }[operation.facade]()
    return None if good else body


class Matrix:
    def __init__(self, server, keys, secrets):
        self.ask, self.keys, self.secrets = Caller(server), keys, secrets

    def discreet(self, what, headers, text):
        said = text + "".join(f"{name}: {value}\n" for name, value in headers.items())
        found = INTERNALS.search(said)
        check(f"{what} tells nothing of the machine", not found, found and found.group())
        check(f"{what} tells no key", not any(secret in said for secret in self.secrets))

    def refused(self, operation, case, kind, headers, path=None):
        """A request is refused as the vendor refuses, GET and HEAD alike."""
        path = path or operation.target()
        what = f"{operation.path} with {case}"
        status, answered, text = self.ask(path, headers)
        expected = REFUSED[operation.vendor][kind]
        if isinstance(expected, tuple):
            code, message = expected
            body = json.loads(text)
            check(what, status == 200 and body["code"] == code and message in (None, body["msg"]), (status, text))
        else:
            check(what, status == expected, (status, text))
        wrong = shaped(operation, status, text)
        check(f"{what} has the vendor's shape", wrong is None, wrong)
        media = answered["Content-Type"].split(";")[0]
        check.equal(f"{what} has the vendor's type", media, "text/plain" if operation.facade in PLAIN else "application/json")
        if kind == "often":
            check(f"{what} says when to come back", answered["Retry-After"].isdigit() and int(answered["Retry-After"]) > 0, answered.items())
        self.discreet(what, answered, text)
        head, without, nothing = self.ask(path, headers, "HEAD")
        alike = all(without[name] == answered[name] for name in ("Content-Type", "Content-Length"))
        check(f"{what} by HEAD", head == status and nothing == "" and alike, (head, without.items(), answered.items()))

    def admitted(self, operation, key):
        """A good key is let in, whatever becomes of the request then."""
        status, headers, text = self.ask(operation.target(), carried(operation.vendor, key))
        refusal = operation.facade == "coinglass" and any(words in text for words in ("API key", "Upgrade plan"))
        check(f"{operation.path} with a good key", status not in (401, 402, 403, 429) and status < 500 and not refusal, (status, text[:300]))
        self.discreet(f"{operation.path} with a good key", headers, "" if operation.facade == "health" else text)

    def keyed(self, operation):
        vendor, keys = operation.vendor, self.keys[operation.vendor]
        good = keys["unlimited"]
        foreign = self.keys[VENDORS[VENDORS.index(vendor) - 1]]["unlimited"]
        elsewhere = HEADER[VENDORS[VENDORS.index(vendor) - 1]]
        self.admitted(operation, good)
        for case, kind, headers in (
            ("no key", "none", []), ("an empty key", "none", [(HEADER[vendor], "")]), ("a wrong key", "bad", carried(vendor, f"{vendor}_live_" + "0" * 43)),
            ("the case changed", "bad", carried(vendor, good.swapcase())), ("a part of the key", "bad", carried(vendor, good[:-1])),
            ("the key's first characters", "bad", carried(vendor, good[:len(vendor) + 11])), ("a character more", "bad", carried(vendor, good + "0")),
            ("another vendor's key", "foreign", carried(vendor, foreign)),
            # A client of OpenD sends the MD5 of its key, which no other vendor's API knows as a key of its own.
            ("a key of OpenD's", "bad", carried(vendor, self.keys["opend"]["unlimited"])),
            ("what OpenD's client sends", "foreign", carried(vendor, hashlib.md5(self.keys["opend"]["unlimited"].encode()).hexdigest())),
            ("the MD5 of the key", "bad", carried(vendor, hashlib.md5(good.encode()).hexdigest())),
            ("a revoked key", "bad", carried(vendor, keys["gone"])),
            ("a key that asks too often", "often", carried(vendor, keys["tight"])), ("a key without calls left", "often", carried(vendor, keys["spent"])),
            ("a plan that does not open it", "closed", carried(vendor, keys["shut"])), ("the key twice", "twice", carried(vendor, good) * 2),
            ("a good key and a bad one", "twice", carried(vendor, good) + carried(vendor, "x")),
            ("the key in another header", "none", [(elsewhere, good), ("Cookie", f"key={good}")]),
        ):
            self.refused(operation, case, kind, headers)
        target = operation.target()
        query = urllib.parse.urlencode({name: good for name in (HEADER[vendor], "api_key", "apikey", "key", "token")})
        self.refused(operation, "the key in the query", "none", [], target + ("&" if "?" in target else "?") + query)
        if vendor == "millrace":
            for case, value in (("a key without its word", good), ("another word", f"Basic {good}"), ("no blank", f"Bearer{good}")):
                self.refused(operation, case, "none", [(HEADER[vendor], value)])

    def keyless(self, operation):
        """Where no key is asked for, none makes a difference."""
        target = operation.target()
        status, headers, text = self.ask(target)
        self.discreet(operation.path, headers, text if operation.facade not in ("reference", "health") and "openapi" not in operation.path else "")
        # More calls than OKX answers of an address would tell of its limits, not of keys.
        for vendor in VENDORS if operation.facade != "okx" else ("oanor",):
            for key in (self.keys[vendor]["gone"], self.keys[vendor]["spent"], "x"):
                check.equal(f"{operation.path} with a key that is not asked for", self.ask(target, carried(vendor, key))[0], status)

    def fuzz(self, operation, count):
        """Keys that are nearly right."""
        good = self.keys[operation.vendor]["unlimited"]
        letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-./+= é\t"
        for _ in range(count):
            place = random.randrange(len(good))
            key = random.choice((
                good[:place] + random.choice(letters) + good[place + 1:], good[:place] + good[place + 1:], good[:place] + random.choice(letters) + good[place:],
                good[place:] + good[:place], good * 2, good[::-1]))
            if key.strip(" \t") == good:
                continue
            status, _, text = self.ask(operation.target(), [(name, value.encode()) for name, value in carried(operation.vendor, key)])
            refused = status in (400, 401) or (operation.facade == "coinglass" and json.loads(text)["code"] == "400")
            check(f"{operation.path} with {key!r}", refused, (status, text[:200]))


def limited(ask, operations, keys):
    """What a plan opens too little of is refused by its own word, and what it opens is not."""
    by_path = {operation.path: operation for operation in operations}

    def answer(path, **changes):
        operation = by_path[path]
        status, _, text = ask(operation.target(**changes), carried(operation.vendor, keys[operation.vendor]["low"]))
        return status, json.loads(text)

    bars = {"start_date": "2024-01-02", "end_date": "2024-01-02", "exchange": "binance-futures", "symbol": "perpetual-BTC-USDT:USDT", "timestamp": "exchange"}
    today = time.strftime("%Y-%m-%d", time.gmtime())
    recent = bars | {"start_date": today, "end_date": today}
    for path, changes, code in (
        ("/api/v1/data/{bucket}", bars | {"bucket": "ohlcv", "interval": "1m"}, "interval_not_in_plan"),
        ("/api/v1/data/{bucket}", bars | {"bucket": "flow", "interval": "1h"}, "dataset_not_in_plan"),
        ("/api/v1/data/{bucket}", bars | {"bucket": "ohlcv", "interval": "1h"}, "history_not_in_plan"),
        ("/api/v1/data/raw/{dataset}", bars | {"dataset": "trades"}, "raw_not_in_plan"),
        ("/api/v1/stream", {}, "live_not_in_plan"),
    ):
        status, body = answer(path, **changes)
        check(f"{path} refuses by {code}", status == 403 and body.get("code") == code and body["error"], (status, body))
    check.equal("what the plan opens of bars", answer("/api/v1/data/{bucket}", **recent | {"bucket": "ohlcv", "interval": "1h"})[0], 200)
    for operation in operations:
        names = {parameter["name"] for parameter in operation.parameters}
        if operation.facade != "coinglass" or "interval" not in names:
            continue
        who = {"exchange": "Binance", "exchange_list": "ALL", "symbol": "BTC" if "exchange_list" in names or "aggregated" in operation.path else "BTCUSDT"}
        check.equal(f"{operation.path} below the plan's interval", answer(operation.path, **who, interval="1m")[1],
                    {"code": "403", "msg": "The requested interval is not available for your current API plan."})
        check.equal(f"{operation.path} before the plan's history", answer(operation.path, **who, interval="1h", start_time=1704153600000)[1],
                    {"code": "401", "msg": "Upgrade plan"})
        status, body = answer(operation.path, **who, interval="1h")
        check(f"{operation.path} as the plan opens it", status == 200 and body["code"] in ("0", "400") and body["msg"] != "Upgrade plan", body)
    for path, changes in (("/v1/gaps", {"from": 0}), ("/v1/options/flow", {"limit": 500}), ("/v1/stream", {"topics": "trades:binance-futures:BTCUSDT"})):
        status, body = answer(path, **changes)
        expected = (403, 404) if path == "/v1/stream" else (403,)
        check(f"{path} beyond the plan", status in expected and body["error"]["message"], (status, body))
    check.equal("/v1/gaps as the plan opens it", answer("/v1/gaps")[0], 200)


def configured(folder, operations):
    """Plans may name every path that asks for a key, and no other."""
    file = os.path.join(folder, "paths.json5")

    def say(paths):
        with open(file, "w") as out:
            out.write("{ plans: [\n%s] }" % "".join(f"{{ vendor: '{vendor}', name: 'x{number}', closed: ['{path}'] }},\n"
                                                    for number, (vendor, path) in enumerate(paths)))
        return millrace("config", "check", file)

    keyed = [(operation.vendor, operation.path) for operation in operations if operation.is_keyed]
    good = say(keyed)
    check("plans may name all paths that ask for a key", good.status == 0, good.stdout)
    others = [("millrace", operation.path) for operation in operations if not operation.is_keyed]
    wrong = say(others)
    check("and no others", wrong.status == 1 and len(wrong.stdout.splitlines()) == len(others), wrong.stdout)


def evaded(ask, operations, keys):
    """A path that is closed stays closed however it is written."""
    for operation in operations:
        if not operation.is_keyed:
            continue
        path, _, query = operation.target().partition("?")
        place = path.rindex("/") + 1
        written = path[:place] + "".join(f"%{ord(character):02X}" for character in path[place:]) + "?" + query
        status, _, text = ask(written, carried(operation.vendor, keys[operation.vendor]["shut"]))
        # Where the whole path is the façade's own, other spellings are no path at all.
        refused = status in (402, 403) or (operation.path.count("/") == 1 and status == 404) or (operation.facade == "coinglass" and "Upgrade plan" in text)
        check(f"{written[:80]} is closed", refused, (status, text[:200]))


def revoking(server, lake, keys):
    """A key that is revoked while the server runs stops working within a second or so."""
    ask = Caller(server)
    for path, vendor in (("/orderflow-api/v1/meta", "oanor"), ("/v1/instruments", "millrace")):
        headers = carried(vendor, keys[vendor]["ending"])
        check(f"{vendor}'s key works", ask(path, headers)[0] == 200)
        revoke(lake, keys[vendor]["ending"])
        began = time.monotonic()
        while ask(path, headers)[0] == 200 and time.monotonic() - began < 10:
            time.sleep(0.02)
        check(f"{vendor}'s key ends within a second of its revocation", time.monotonic() - began < 2, time.monotonic() - began)


PLANS = """{ plans: [
%s
  { vendor: 'aperiodic', name: 'low', smallest_interval: '1h', datasets: ['ohlcv'], history_days: 1, raw_files: false, live_stream: false },
  { vendor: 'coinglass', name: 'low', smallest_interval: '1h', history_days: 1 },
  { vendor: 'millrace', name: 'low', history_days: 1, live_stream: false },
] }
""" % "\n".join(f"""  {{ vendor: '{vendor}', name: 'tight', limits: [{{ calls: 1, seconds: 86400 }}] }},
  {{ vendor: '{vendor}', name: 'spent', calls_per_month: 1 }},
  {{ vendor: '{vendor}', name: 'shut', closed: ['*'] }},""" for vendor in VENDORS)


def create(lake, config, vendor, plan):
    made = millrace("keys", "create", "--data", lake, "--config", config, "--vendor", vendor, "--plan", plan, "--quiet")
    check(f"a key of {vendor}'s {plan} is made", made.status == 0, made.stderr)
    return made.stdout.strip()


def revoke(lake, key):
    listed = millrace("keys", "list", "--data", lake, "--format", "json").stdout.splitlines()
    name = next(each["id"] for each in map(json.loads, listed) if key.startswith(each["key"].rstrip("…")))
    check(f"{name} is revoked", millrace("keys", "revoke", "--data", lake, "--key", name).status == 0)


def tape(folder, lake):
    for venue, symbol in (("binance-futures", "BTCUSDT"), ("binance-spot", "BTCUSDT")):
        dump = millrace("simulate", "archives", "--venue", venue, "--symbol", symbol, "--rows", 2000, "--day", "2024-01-02", "--seed", 1, "--format", "csv",
                        "--output", os.path.join(folder, venue), "--quiet")
        done = millrace("import", dump.stdout.split()[-1], "--data", lake, "--venue", venue, "--symbol", symbol, "--quiet")
        check(f"{symbol} of {venue} is imported", done.status in (0, 3), done.stderr)


def main():
    with tempfile.TemporaryDirectory(prefix="millrace-access-") as folder:
        lake, config = os.path.join(folder, "lake"), os.path.join(folder, "plans.json5")
        with open(config, "w") as file:
            file.write(PLANS)
        tape(folder, lake)
        keys = {vendor: {plan: create(lake, config, vendor, plan) for plan in ("unlimited", "tight", "spent", "shut")} for vendor in VENDORS}
        for vendor in VENDORS:
            keys[vendor] |= {name: create(lake, config, vendor, "unlimited") for name in ("gone", "ending")}
            if vendor != "oanor":
                keys[vendor]["low"] = create(lake, config, vendor, "low")
            revoke(lake, keys[vendor]["gone"])
        keys["opend"] = {"unlimited": create(lake, config, "opend", "unlimited")}
        secrets = [key for of_vendor in keys.values() for key in of_vendor.values()]
        secrets.append(hashlib.md5(keys["opend"]["unlimited"].encode()).hexdigest())
        # The log says of every request what it says at all.
        with Serving(lake, "--config", config, "--opend-port", "none", "--opend-ws-port", "none", "--log-level", "debug") as server:
            ask = Caller(server)
            paths = json.loads(ask("/openapi.json")[2])["paths"]
            operations = [Operation(path, methods["get"]) for path, methods in paths.items() if "get" in methods]
            keyed = [operation for operation in operations if operation.is_keyed]
            check("there are routes of every façade", {operation.facade for operation in keyed} == set(VENDOR), sorted(paths))
            for vendor in VENDORS:
                operation = next(each for each in keyed if each.vendor == vendor)
                # The one call that these keys have.
                for plan in ("tight", "spent"):
                    ask(operation.target(), carried(vendor, keys[vendor][plan]))
            matrix = Matrix(server, keys, secrets)
            for operation in operations:
                (matrix.keyed if operation.is_keyed else matrix.keyless)(operation)
            limited(ask, operations, keys)
            evaded(ask, operations, keys)
            configured(folder, operations)
            revoking(server, lake, keys)
            previews(ask, operations)
            for operation in keyed:
                matrix.fuzz(operation, 5 if QUICK else 200)
            check.equal("clean end", server.stop(), 0)
            log = server.log()
            check("the log has no key", not any(secret in log for secret in secrets), log)
            check("the log has the requests", log.count("\n") > 1000, log)
            check("nothing failed inside", not re.search(r" (warning|error) ", log), re.findall(r".* (?:warning|error) .*", log)[:3])
    check.finish()


def previews(ask, operations):
    """The key that everybody knows is good for previews, and for nothing else."""
    for operation in operations:
        if operation.facade == "aperiodic" and operation.is_keyed:
            status = ask(operation.target(), carried("aperiodic", "DEMO-KEY"))[0]
            check(f"{operation.path} with the demo key", (status != 401) == ("/preview/" in operation.path), status)


if __name__ == "__main__":
    main()
