"""Comes in as an app does, to see that the door works:

    knock.py LOGIN PASSWORD                     who was let in, and the rooms
    knock.py LOGIN PASSWORD make NAME TEXT      makes a room
    knock.py LOGIN PASSWORD stay                until it is shown out

What happened is said in words; it ends with 0 even when it was refused.
"""

import socket
import ssl
import struct
import sys
import time

VERSION, AUTHENTICATE, PING, REJECT, SYNC, CHANNEL, REMOVED, DENIED = 0, 2, 3, 4, 5, 7, 8, 12


def number(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(tag, value):
    if isinstance(value, int):
        return number(tag << 3) + number(value)
    value = value.encode()
    return number(tag << 3 | 2) + number(len(value)) + value


def fields(data):
    """A message of Protocol Buffers: tag to last value."""
    out, at = {}, 0

    def read():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
    while at < len(data):
        key = read()
        if key & 7 == 0:
            out[key >> 3] = read()
        elif key & 7 == 2:
            size = read()
            out[key >> 3] = data[at:at + size]
            at += size
        elif key & 7 == 5:
            at += 4
        else:
            at += 8
    return out


class Knock:
    def __init__(self):
        # It talks to its own container: there is no name to check.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self._to = context.wrap_socket(socket.create_connection(("127.0.0.1", 64738), timeout=10))

    def send(self, kind, message):
        self._to.sendall(struct.pack(">HI", kind, len(message)) + message)

    def receive(self):
        kind, size = struct.unpack(">HI", self._exactly(6))
        return kind, self._exactly(size)

    def _exactly(self, size):
        out = b""
        while len(out) < size:
            more = self._to.recv(size - len(out))
            if not more:
                raise ConnectionError("closed")
            out += more
        return out

    def enter(self, login, password):
        """Rooms by number, or why not."""
        self.send(VERSION, field(1, 0x10500) + field(2, "ronron"))
        self.send(AUTHENTICATE, field(1, login) + field(2, password) + field(5, 1))
        rooms = {}
        while True:
            kind, message = self.receive()
            said = fields(message)
            if kind == REJECT:
                return None, said.get(2, b"").decode() or f"reason {said.get(1)}"
            if kind == CHANNEL:
                rooms.setdefault(said.get(1, 0), {}).update(said)
            if kind == SYNC:
                return rooms, ""

    def make(self, name, text):
        self.send(CHANNEL, field(2, 0) + field(3, name) + field(5, text))
        while True:
            kind, message = self.receive()
            said = fields(message)
            if kind == DENIED:
                return "denied"
            if kind == CHANNEL and said.get(3) == name.encode():
                return "made"

    def stay(self):
        """Mumble sends nothing for long but answers to pings, and last of all why."""
        while True:
            self.send(PING, b"")
            kind, message = None, b""
            while kind != PING:
                kind, message = self.receive()
                if kind == REMOVED:
                    return fields(message).get(3, b"").decode()
            time.sleep(0.5)


def main(login, password, what="", *words):
    knock = Knock()
    rooms, why = knock.enter(login, password)
    if rooms is None:
        print(f"refused: {why}")
        return
    print(f"in as {login}", flush=True)
    for room in rooms.values():
        print(f"room {room.get(3, b'').decode()}: {room.get(5, b'').decode()}", flush=True)
    if what == "make":
        print(knock.make(*words))
    elif what == "stay":
        print(f"shown out: {knock.stay()}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, ConnectionError) as problem:
        print(f"refused: {problem}")
