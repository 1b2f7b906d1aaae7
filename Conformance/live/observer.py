"""One who follows a server that records: what it was told of, and what it was told is on the disk."""
import http.client
import json
import threading
import time
import urllib.error
import urllib.request


class Observer:
    """Follows a server until it dies.

    A trade counts as acknowledged once the server has said so: by a durable id at or above its own; or, where it came late or where ids
    tell nothing, by two commits that were told of after it, since the first may have begun before it came.
    """

    def __init__(self, url, instruments):
        self.url, self.instruments = url, instruments
        self.told = {each: [] for each in instruments}
        self.commits = {each: [] for each in instruments}
        self.open = None
        self.over = False
        self.threads = [threading.Thread(target=run, daemon=True) for run in (self.follow, self.ask)]
        for thread in self.threads:
            thread.start()

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def follow(self):
        """Reads the stream of trades."""
        places = {(each.venue, each.symbol): each for each in self.instruments}
        topics = ",".join(f"trades:{venue}:{symbol}" for venue, symbol in places)
        while not self.over:
            try:
                connection = http.client.HTTPConnection(self.url.split("//")[1], timeout=30)
                connection.request("GET", f"/v1/stream?topics={topics}")
                stream = connection.getresponse()
                if stream.status != 200:
                    # What is to be recorded is not begun yet.
                    connection.close()
                    time.sleep(0.01)
                    continue
                for line in stream:
                    if line.startswith(b"data: "):
                        event = json.loads(line[6:])
                        if event["type"] == "trades":
                            self.told[places[event["venue"], event["symbol"]]] += [
                                (trade["id"], trade["time"], trade.get("late", False)) for trade in event["trades"]]
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.005)

    def ask(self):
        """Asks how far the tapes are durable, and what is missing."""
        places = {(each.venue, each.symbol): each for each in self.instruments}
        while not self.over:
            try:
                counts = {each: len(told) for each, told in self.told.items()}
                for listed in self.get("/v1/instruments")["instruments"]:
                    each = places.get((listed["venue"], listed["symbol"]))
                    if each and listed["state"] != "imported" and listed["durable_time"] is not None:
                        durable = (listed["durable_id"], listed["durable_time"])
                        if not self.commits[each] or self.commits[each][-1][0] != durable:
                            self.commits[each].append((durable, counts[each]))
                gaps = self.get("/v1/gaps?limit=1000")["gaps"]
                self.open = [gap for gap in gaps if gap["state"] == "open"]
            except (OSError, http.client.HTTPException, ValueError):
                pass
            time.sleep(0.02)

    def stop(self):
        self.over = True
        for thread in self.threads:
            thread.join(30)

    def acknowledged(self, instrument):
        """The trades that the server has called durable: time by id."""
        told, commits = self.told[instrument], self.commits[instrument]
        sure = {}
        if len(commits) > 2:
            # Told of before the state before the last two changes was asked for.
            sure = {id: time for id, time, _ in told[:commits[-3][1]]}
        if instrument.has_ids and commits:
            last = int(commits[-1][0][0])
            sure |= {id: time for id, time, late in told if not late and int(id) <= last}
        return sure
