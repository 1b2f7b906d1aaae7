"""The vendor's client pointed at a server of ours, and plain requests where the client cannot be made to ask something."""
import datetime
import io
import json
import math
import urllib.error
import urllib.parse
import urllib.request

import aperiodic
import pyarrow
import pyarrow.parquet
import pytest

JANUARY, DECEMBER = datetime.date(2025, 1, 1), datetime.date(2025, 12, 31)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def fetch(url, method="GET", **headers):
    """One request, whatever it is answered; underscores in names of headers stand for hyphens."""
    request = urllib.request.Request(url, method=method, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=60) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as answer:
        return Answer(answer.code, answer.headers, answer.read())


class Api:
    """The client with a key. Everything that a call needs has a default: hours of the year's BTCUSDT."""

    def __init__(self, url, key):
        self.url, self.base, self.key = url, f"{url}/api/v1", key

    def with_key(self, key):
        return Api(self.url, key)

    def settings(self, tape=None, start=JANUARY, end=DECEMBER, **more):
        chosen = {"timestamp": "exchange", "interval": "1h", "exchange": tape.venue if tape else "binance-futures",
                  "symbol": tape.atlas if tape else "perpetual-BTC-USDT:USDT", "start_date": start, "end_date": end,
                  "base_url": self.base, "show_progress": False}
        return chosen | more

    def metrics(self, metric, **how):
        return aperiodic.get_metrics(self.key, metric=metric, **self.settings(**how))

    def call(self, function, **how):
        """Any other of the client's functions with the settings of bars."""
        return function(self.key, **self.settings(**how))

    def raw(self, function, dataset="trades", **how):
        settings = self.settings(**how)
        for name in ("timestamp", "interval"):
            settings.pop(name)
        return function(self.key, dataset=dataset, **settings)

    def get(self, path, key=None, method="GET", **query):
        """A plain request with the key, or with another; `key=""` is none."""
        key = self.key if key is None else key
        url = f"{self.base}/{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
        return fetch(url, method=method, **({"X_API_KEY": key} if key else {}))

    def query(self, tape=None, start="2025-01-01", end="2025-12-31", **more):
        settings = self.settings(tape, start, end, **more)
        return {name: settings[name] for name in ("timestamp", "interval", "exchange", "symbol", "start_date", "end_date") if settings[name] is not None}

    def files(self, bucket, **how):
        """The listed month files, by (year, month)."""
        answer = self.get(f"data/{bucket}", **self.query(**how))
        assert answer.status == 200, answer.body
        return {(file["year"], file["month"]): file["url"] for file in answer.json["files"]}


def table(body):
    return pyarrow.parquet.read_table(io.BytesIO(body))


def rows(found):
    """Rows of a table or a frame as dictionaries, `time` in microseconds, no value as None. A frame of pandas keeps no difference between no value
    and not a number, so there NaN is taken for none."""
    if isinstance(found, pyarrow.Table):
        assert found.schema.field("time").type == pyarrow.timestamp("us"), found.schema.field("time")
        return found.set_column(found.schema.get_field_index("time"), "time", found["time"].cast(pyarrow.int64())).to_pylist()
    if hasattr(found, "to_dicts"):
        return rows(found.to_arrow())
    columns = {}
    for name in found.columns:
        if name == "time":
            assert found[name].dt.tz is None
            columns[name] = found[name].astype("datetime64[us]").astype("int64").tolist()
        else:
            columns[name] = [None if isinstance(cell, float) and math.isnan(cell) else cell for cell in found[name].tolist()]
    return [dict(zip(columns, cells)) for cells in zip(*columns.values())]


def within(expected, start, end):
    """Rows of the days start..end, both included."""
    midnight = lambda day: int(datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc).timestamp()) * 10**6
    return [row for row in expected if midnight(start) <= row["time"] < midnight(end + datetime.timedelta(days=1))]


def refused(status, call, *arguments, **settings):
    """The APIError that a call of the client must end in."""
    with pytest.raises(aperiodic.APIError) as raised:
        call(*arguments, **settings)
    assert raised.value.status_code == status, raised.value
    return raised.value
