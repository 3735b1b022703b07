"""One question to a name server, as a program for inside the cluster's network: `python dns.py SERVER NAME`."""

import socket
import sys


def address_of(server: str, name: str) -> str:
    """The first IPv4 address of the name (RFC 1035, sections 4.1 and 3.4.1); raises OSError where there is none."""
    asked = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    question = bytes.fromhex("0001 0100 0001 0000 0000 0000") + asked + bytes.fromhex("0001 0001")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.settimeout(1)
        channel.sendto(question, (server, 53))
        answer = channel.recv(512)
    if not int.from_bytes(answer[6:8]):
        raise OSError(f"{name} has no address")
    record = answer[len(question) :]
    fields = record[2:] if record[0] >= 0xC0 else record[len(asked) :]  # a pointer to the name, or the name again
    return socket.inet_ntoa(fields[10:14])


if __name__ == "__main__":
    print(address_of(*sys.argv[1:]))
