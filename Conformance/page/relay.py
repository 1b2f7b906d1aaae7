"""A way to a server that can be cut, or go silent, while the server itself goes on."""
import socket
import threading


class Relay:
    """Listens on a port of its own and passes bytes on, both ways, until it is told otherwise."""

    def __init__(self, port):
        self.target = ("127.0.0.1", port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ends, self.mode, self.lock = set(), "open", threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Ends all connections, and every new one at once."""
        self.mode = "cut"
        with self.lock:
            for end in self.ends:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def silence(self):
        """Keeps connections, and passes nothing on."""
        self.mode = "silent"

    def open(self):
        """Lets bytes pass; what was held back while it was silent is lost with its connections."""
        if self.mode == "silent":
            self.cut()
        self.mode = "open"

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            try:
                if self.mode == "cut":
                    raise OSError("cut")
                server = socket.create_connection(self.target, 5)
                # A stream may be quiet for longer than it takes to connect.
                server.settimeout(None)
            except OSError:
                client.close()
                continue
            with self.lock:
                self.ends |= {client, server}
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _pump(self, one, other):
        try:
            while piece := one.recv(1 << 16):
                if self.mode == "open":
                    other.sendall(piece)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        with self.lock:
            self.ends.discard(one)
        one.close()
