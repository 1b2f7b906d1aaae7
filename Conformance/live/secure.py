"""Venues behind TLS: nginx with a private authority in front of the simulator, followed with the right certificates and with wrong ones."""
import os
import re
import time

import nginx
from market import INSTRUMENTS, market, recording
from serving import Serving
from simulating import Simulator


def wait(condition, seconds=60):
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def run(check, folder):
    with Simulator(*market(3, 60)) as simulator:
        port = re.search(r":(\d+)/", simulator.rest("okx")).group(1)
        body = f"location / {{ proxy_pass http://127.0.0.1:{port}; {nginx.UPGRADE} }}"
        process, ports = nginx.start(folder, {"here": body, "elsewhere": body})
        try:
            for name in ("here", "elsewhere"):
                base = f"localhost:{ports[name]}"
                places = {each.host: {"rest": f"https://{base}/{each.host}", "stream": f"wss://{base}/{each.host}"} for each in INSTRUMENTS}
                for authority in ("ca", "other"):
                    lake = os.path.join(folder, f"lake-{name}-{authority}")
                    with Serving(lake, *recording(places), "--ca", f"{folder}/{authority}.pem") as server:
                        if name == "here" and authority == "ca":
                            trusted(check, server)
                        else:
                            refused(check, server, f"authority {authority}, certificate {name}")
        finally:
            process.terminate()
            process.wait(30)


def trusted(check, server):
    def durable():
        found = [each for each in server.get("/v1/instruments")["instruments"] if each["state"] == "live" and each["durable_time"]]
        return len(found) == len(INSTRUMENTS) and {each["venue"]: each["durable_time"] for each in found}

    first = wait(durable)
    if not check("venues behind TLS are recorded", first, server.log()):
        return
    check("and go on being recorded", wait(lambda: all(durable()[venue] > first[venue] for venue in first)), server.log())


def refused(check, server, name):
    """Nothing is recorded, the reason is said for each venue, and the rest goes on."""
    venues = [each.venue for each in INSTRUMENTS]
    check(f"{name}: each venue's refusal is said", wait(lambda: all(f"{venue}: " in server.log() for venue in venues)), server.log())
    lines = [line for line in server.log().splitlines() if any(f"{venue}: " in line for venue in venues)]
    check(f"{name}: the certificate is named", lines and all(re.search("certificate|SSL|TLS", line) for line in lines), lines)
    check(f"{name}: nothing is recorded", not any(each["durable_time"] for each in server.get("/v1/instruments")["instruments"]))
    check(f"{name}: the server answers", server.get("/v1/gaps")["gaps"] == [])
    check(f"{name}: the process lives", server.process.poll() is None)
