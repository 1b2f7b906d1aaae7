"""What deploy/ has for strangers' networks: nginx's configuration by nginx itself, and the sandbox by systemd's own judgement."""
import asyncio
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import websockets

from harness import ROOT, millrace
from nginx import certificates, free_port
from serving import Serving

DEPLOY = os.path.join(ROOT, "deploy")


class Proxy:
    """nginx as deploy/nginx.conf has it, but for its ports, paths and user."""

    def __init__(self, folder, server):
        certificates(folder)
        self.plain, self.port, self.opend = free_port(), free_port(), free_port()
        web = re.search(r"OpenD's WebSocket 127\.0\.0\.1:(\d+)", server.log())[1]
        with open(os.path.join(DEPLOY, "nginx.conf")) as file:
            text = file.read()
        for written, here in (("user www-data;", ""), ("/run/nginx.pid", f"{folder}/nginx.pid"), ("/var/log/nginx", folder),
                              ("127.0.0.1:8080", "%s:%d" % server.address), ("127.0.0.1:11112", f"127.0.0.1:{web}"),
                              ("/etc/ssl/millrace/fullchain.pem", f"{folder}/here.pem"), ("/etc/ssl/millrace/privkey.pem", f"{folder}/here.key"),
                              ("listen 80 default_server", f"listen 127.0.0.1:{self.plain} default_server"),
                              ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"), ("listen 11113 ssl", f"listen 127.0.0.1:{self.opend} ssl")):
            if text.count(written) < 1:
                raise RuntimeError(f"deploy/nginx.conf lacks {written}")
            text = text.replace(written, here)
        text = text.replace("http {", "http {\n" + "".join(
            f"    {name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")), 1)
        self.path = os.path.join(folder, "nginx.conf")
        with open(self.path, "w") as file:
            file.write(text)
        os.chmod(folder, 0o755)
        self.folder = folder
        self.environment = os.environ | {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
        self.judged = subprocess.run(["nginx", "-t", "-q", "-p", folder, "-c", self.path], capture_output=True, text=True, env=self.environment)
        self.process = subprocess.Popen(["nginx", "-p", folder, "-c", self.path, "-g", "daemon off;"], env=self.environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                break
            except OSError:
                time.sleep(0.05)
        self.context = ssl.create_default_context(cafile=f"{folder}/ca.pem")

    def get(self, path, headers={}, plain=False):
        url = f"http://127.0.0.1:{self.plain}{path}" if plain else f"https://localhost:{self.port}{path}"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.context), Stay())
        try:
            with opener.open(urllib.request.Request(url, headers=headers), timeout=20) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


async def streamed(proxy, port, path, say=None):
    async with websockets.connect(f"wss://localhost:{port}{path}", ssl=proxy.context, proxy=None) as socket:
        if say:
            await socket.send(say)
        return await asyncio.wait_for(socket.recv(), 20)


def proxied(check, folder):
    lake = os.path.join(folder, "proxied")
    key = millrace("keys", "create", "--data", lake, "--vendor", "oanor", "--plan", "free").stdout.split()[-1]
    with Serving(lake, "--trusted-proxy", "127.0.0.1", "--public-url", "https://data.example.com") as server:
        place = os.path.join(folder, "nginx")
        os.mkdir(place)
        proxy = Proxy(place, server)
        try:
            check("nginx takes the configuration", proxy.judged.returncode == 0 and not proxy.judged.stderr, proxy.judged.stderr)
            status, headers, body = proxy.get("/healthz")
            check.equal("over TLS it answers", (status, body), (200, "ok\n"))
            check("it tells browsers to stay with TLS", "max-age" in headers.get("Strict-Transport-Security", ""), headers)
            check("it does not tell nginx' version", headers.get("Server") == "nginx", headers)
            status, headers, _ = proxy.get("/orderflow-api/v1/meta?a=b", plain=True)
            check.equal("without TLS it sends there", (status, headers.get("Location")), (301, "https://data.example.com/orderflow-api/v1/meta?a=b"))
            check.equal("figures are not for strangers", proxy.get("/metrics")[0], 404)
            check.equal("a key is wanted", proxy.get("/orderflow-api/v1/meta")[0], 401)
            check.equal("and taken", proxy.get("/orderflow-api/v1/meta", {"x-oanor-key": key})[0], 200)
            curl = subprocess.run(["curl", "-s", "--http2", "--cacert", f"{place}/ca.pem", "-o", "/dev/null", "-w", "%{http_version}",
                                   f"https://localhost:{proxy.port}/healthz"], capture_output=True, text=True)
            check.equal("HTTP/2", curl.stdout, "2")
            old = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{proxy.port}", "-tls1_1"], stdin=subprocess.DEVNULL,
                                 capture_output=True, text=True)
            check("TLS 1.1 is refused", old.returncode != 0)
            # A body that is too large, and a target that is.
            large = subprocess.run(["curl", "-s", "--cacert", f"{place}/ca.pem", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary", "@-",
                                    f"https://localhost:{proxy.port}/v1/instruments"], input=b"x" * (2 << 20), capture_output=True)
            check.equal("a body of 2 MiB is refused", large.stdout, b"413")
            subscription = '{"op":"subscribe","id":"s1","channels":["ohlcv.binance-futures.1m"]}'
            check("a stream over TLS", '"s1"' in asyncio.run(streamed(proxy, proxy.port, "/api/v1/stream", subscription)))
            login = b"ft-v1.0\0" + (1).to_bytes(4, "big") + (7).to_bytes(8, "big") + b"\x0a\x0e\x22\x00\x32\x0aJavaScript"
            answer = asyncio.run(streamed(proxy, proxy.opend, "/", login))
            check.equal("OpenD's WebSocket over TLS", (answer[8:12], answer[12:20], answer[20:24]),
                        ((1).to_bytes(4, "big"), (7).to_bytes(8, "big"), b"\0\0\0\0"))
            with open(os.path.join(place, "access.log")) as file:
                log = file.read()
            check("what is logged has no key and no query", "GET /orderflow-api/v1/meta" in log and key not in log and "a=b" not in log, log)
        finally:
            proxy.stop()


def sandboxed(check, folder):
    unit = os.path.join(folder, "millrace.service")
    with open(os.path.join(DEPLOY, "millrace.service")) as file:
        text = file.read()
    # What it runs has to be there to be judged.
    command = re.search(r"ExecStart=(\S+) (.*)", text)
    with open(unit, "w") as file:
        file.write(text.replace(command[1], shutil.which("true")))
    if shutil.which("systemd-analyze"):
        done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
        check("systemd takes the unit", done.returncode == 0 and not done.stderr, done.stderr)
        done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=15", unit], capture_output=True, text=True)
        check("systemd calls it exposed by 1.5 of 10 at most", done.returncode == 0, done.stdout[-300:] + done.stderr)
    else:
        check.skip("the sandbox: there is no systemd-analyze here")
    words = command[2].split()
    check.equal("what it runs is a command of ours", millrace(words[0], "--help").status, 0)
    help_text = millrace("serve", "--help").stdout
    check("with options that there are", all(word in help_text for word in words if word.startswith("--") and word != "--quiet"), words)


def image(check):
    """The Dockerfile takes the steps that `make fresh` takes, and no others."""
    with open(os.path.join(DEPLOY, "Dockerfile")) as file:
        text = file.read()
    step = re.search(r"^RUN (scripts/\S+) (\S+)$", text, re.M)
    with open(os.path.join(ROOT, "scripts", "fresh")) as file:
        check("make fresh proves the image's steps", f"inside '{step[1]} {step[2]}'" in file.read(), step[0])
    check("the image runs what was installed", f'ENTRYPOINT ["{step[2]}/bin/millrace"]' in text and f"COPY --from=build {step[2]} {step[2]}" in text)


def run(check):
    with tempfile.TemporaryDirectory() as folder:
        sandboxed(check, folder)
        image(check)
        proxied(check, folder)
