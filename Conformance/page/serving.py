"""How the page's files are served: their types, their policy, and nothing beside them."""
import http.client
import os
import shutil
import subprocess

from child import Child
from harness import ROOT, millrace


def ask(port, path, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


def files(check, port, what):
    status, headers, body = ask(port, "/")
    policy = headers["Content-Security-Policy"] or ""
    check(f"{what}: / is a page", status == 200 and headers["Content-Type"] == "text/html; charset=utf-8" and b"/page/main.js" in body)
    check(f"{what}: whose policy lets nothing in from elsewhere",
          all(part in policy for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'")) and "unsafe" not in policy,
          policy)
    check(f"{what}: and that holds no script and no style itself", b"<style" not in body and b" style=" not in body and b"<script>" not in body and b" on" not in body.split(b"<body>")[0])
    folder = os.path.join(ROOT, "Page")
    for directory, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(directory, name)
            types = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
            wanted = types.get(os.path.splitext(name)[1])
            status, headers, body = ask(port, "/page/" + os.path.relpath(path, folder))
            if wanted:
                check(f"{what}: {name} is there, with its type", status == 200 and headers["Content-Type"] == wanted and body == open(path, "rb").read(), (status, headers["Content-Type"]))
            else:
                check.equal(f"{what}: {name} is none of the page's parts", status, 404)
    status, headers, body = ask(port, "/page/lib/lightweight-charts.js")
    check(f"{what}: so is the library of charts", status == 200 and b"Lightweight Charts" in body[:200])
    tag = headers["ETag"]
    check.equal(f"{what}: who has it is told so", ask(port, "/page/lib/lightweight-charts.js", If_None_Match=tag)[0], 304)
    part = ask(port, "/page/lib/lightweight-charts.js", Range="bytes=3-12")
    check(f"{what}: and parts of it are given", part[0] == 206 and part[2] == body[3:13])
    check(f"{what}: HEAD has no body", ask(port, "/page/main.js", "HEAD")[2] == b"" and ask(port, "/", "HEAD")[0] == 200)


def paths(check, port):
    """No path leads out of the folder, however it is written."""
    secret = "/etc/passwd"
    for path in ("/page", "/page/", "/page/data", "/page/data/", "/page/../Package.swift", "/page/data/../../Package.swift", "/page/%2e%2e/Package.swift",
                 "/page/%2e%2e%2fPackage.swift", "/page/..%5cPackage.swift", "/page/data%2f..%2f..%2fPackage.swift", "//page/main.js", "/page//main.js",
                 f"/page/{secret}", f"//{secret}", "/page/main.js%00.css", "/page/./main.js", "/page/main.js/", "/page/.hidden", "/index.html", "/page/index.html"):
        status, headers, _ = ask(port, path)
        check(f"{path} is nothing: {status}", status in (400, 404), status)


def check(check, scratch):
    lake = os.path.join(scratch, "none")
    millrace("simulate", "archives", "--rows", 1000, "--format", "csv", "--output", scratch)
    dump = next(name for name in os.listdir(scratch) if name.endswith(".csv"))
    millrace("import", os.path.join(scratch, dump), "--data", lake, "--venue", "binance-futures", "--symbol", "BTCUSDT")
    words = ("--data", lake, "--port", "0", "--opend-port", "none")
    with Child("serve", *words, ready="millrace ready http://") as server:
        port = int(server.line.rsplit(":", 1)[1])
        files(check, port, "built")
        paths(check, port)
    # As installed and moved, with nothing of the build tree in reach; and where the files are missing.
    first, moved = os.path.join(scratch, "first"), os.path.join(scratch, "moved")
    subprocess.run([os.path.join(ROOT, "scripts", "install"), first], check=True, capture_output=True)
    os.rename(first, moved)
    for what in ("installed", "without files"):
        if what == "without files":
            shutil.rmtree(os.path.join(moved, "share", "millrace", "page"))
        process = subprocess.Popen([os.path.join(moved, "bin", "millrace"), "serve", *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        if what == "installed":
            files(check, port, what)
        else:
            status, _, body = ask(port, "/")
            check("without files / says what to do", status == 404 and b"make install" in body and b"scripts/setup" in body, body)
            check.equal("and the API is there", ask(port, "/v1/instruments")[0], 200)
        process.terminate()
        process.wait(30)
        process.stdout.close()
    shutil.rmtree(moved)
