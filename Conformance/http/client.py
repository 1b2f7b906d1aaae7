"""A raw HTTP/1.1 client: what it sends is exactly what a test wrote, and what it reads is taken apart strictly."""
import gzip
import socket
import sys


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) <= 1, f"{name} is sent {len(found)} times"
        return found[0] if found else None

    def content(self):
        return gzip.decompress(self.body) if self.header("Content-Encoding") == "gzip" else self.body


class Closed(Exception):
    """The server closed the connection before a whole response."""


class Connection:
    def __init__(self, address, timeout=10, receive_buffer=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending = b""

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def more(self):
        try:
            data = self.socket.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            data = b""
        if not data:
            raise Closed
        self.pending += data

    def take(self, count):
        while len(self.pending) < count:
            self.more()
        data, self.pending = self.pending[:count], self.pending[count:]
        return data

    def response(self, head=False):
        """Reads one response; `head` says that the request was a HEAD."""
        while b"\r\n\r\n" not in self.pending:
            self.more()
        text, self.pending = self.pending.split(b"\r\n\r\n", 1)
        first, *lines = text.decode("latin-1").split("\r\n")
        version, status, *_ = first.split(" ")
        assert version == "HTTP/1.1", first
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]
        response = Response(int(status), headers, b"")
        if not head and response.status not in (204, 304) and response.status >= 200:
            if response.header("Transfer-Encoding") == "chunked":
                response.body = b"".join(self.chunks())
            else:
                response.body = self.take(int(response.header("Content-Length")))
        return response

    def chunks(self):
        """The chunks of a body, each as it arrives; `Closed` if the last one does not."""
        while True:
            while b"\r\n" not in self.pending:
                self.more()
            size, self.pending = self.pending.split(b"\r\n", 1)
            chunk = self.take(int(size, 16))
            assert self.take(2) == b"\r\n", "a chunk does not end as it should"
            if not chunk:
                return
            yield chunk

    def request(self, target, method="GET", headers=(), body=b""):
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost"] + [f"{name}: {value}" for name, value in headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        return self.response(head=method == "HEAD")

    def ends(self):
        """Reads until the server closes; True if it did so in time."""
        try:
            while True:
                self.more()
        except Closed:
            return True
        except TimeoutError:
            return False

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def once(address, target, **options):
    with Connection(address) as connection:
        return connection.request(target, **options)


def healthy(address):
    return once(address, "/healthz").status == 200


def main(*checks):
    """Runs the checks of one file against 127.0.0.1:PORT, the first argument; exits 1 on the first that fails."""
    address = ("127.0.0.1", int(sys.argv[1]))
    for check in checks:
        try:
            check(address)
        except Exception as error:
            print(f"FAILED {check.__name__}: {type(error).__name__} {error}", file=sys.stderr)
            raise
        assert healthy(address), f"after {check.__name__} the server is not healthy"
        print(f"ok {check.__name__}: {check.__doc__}")
