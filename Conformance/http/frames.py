"""A raw WebSocket client: it sends the very frames that a test wrote, good or bad, and takes apart what comes back strictly."""
import base64
import hashlib
import os
import struct

from client import Closed, Connection

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def key():
    return base64.b64encode(os.urandom(16)).decode()


def request(path, key, **changes):
    headers = {"Host": "localhost", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
    headers.update({name.replace("_", "-"): value for name, value in changes.items()})
    lines = [f"{name}: {each}" for name, value in headers.items() if value is not None
             for each in (value if isinstance(value, list) else [value])]
    return f"GET {path} HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n"


def frame(opcode, payload=b"", fin=True, reserved=0, masked=True, length=None):
    """A frame; `length` is what its header says, if that is not the truth."""
    length = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | reserved << 4 | opcode])
    mark = 0x80 if masked else 0
    if length < 126:
        head += bytes([mark | length])
    elif length < 65536:
        head += bytes([mark | 126]) + struct.pack(">H", length)
    else:
        head += bytes([mark | 127]) + struct.pack(">Q", length)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


def closing(code=None, reason=b""):
    return frame(CLOSE, b"" if code is None else struct.pack(">H", code) + reason)


class Socket(Connection):
    def __init__(self, address, path, behind=b"", timeout=30, **options):
        super().__init__(address, timeout=timeout, **options)
        mine = key()
        self.send(request(path, mine).encode() + behind)
        response = self.response(head=True)
        assert response.status == 101, (response.status, response.headers)
        digest = hashlib.sha1((mine + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        assert response.header("Sec-WebSocket-Accept") == base64.b64encode(digest).decode()
        assert response.header("Upgrade").lower() == "websocket" and response.header("Connection").lower() == "upgrade"
        assert response.header("Sec-WebSocket-Extensions") is None

    def frame(self):
        """The next frame, as opcode and payload. A server's frames are whole, unmasked and without reserved bits."""
        first, second = self.take(2)
        assert first & 0x70 == 0 and first & 0x80 and second & 0x80 == 0, (first, second)
        length = second
        if length == 126:
            (length,) = struct.unpack(">H", self.take(2))
            assert length >= 126
        elif length == 127:
            (length,) = struct.unpack(">Q", self.take(8))
            assert length >= 65536
        return first & 15, self.take(length)

    def code(self):
        """Reads up to the close frame, answers it, and reads the end behind it; its code, or None if there was no frame."""
        try:
            while True:
                opcode, payload = self.frame()
                if opcode == CLOSE:
                    break
        except Closed:
            return None
        try:
            self.send(frame(CLOSE, payload[:2]))
        except OSError:
            pass
        try:
            self.more()
            raise AssertionError("something follows the close frame")
        except Closed:
            pass
        return struct.unpack(">H", payload[:2])[0] if payload else 1005
