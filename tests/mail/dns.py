"""A DNS server that answers from a file, over UDP and TCP. Prints its port as the first line; ends with its input.

    python dns.py ZONE

ZONE is JSON, read at each question: {"blog.example TXT": ["v=spf1 ~all"], "mail.example A": ["192.0.2.1"]}.
A name that is not in it does not exist.
"""

import json
import pathlib
import sys

from dnslib import AAAA, MX, QTYPE, RCODE, RR, TXT, A
from dnslib.server import DNSServer, BaseResolver

MADE = {"A": A, "AAAA": AAAA, "MX": MX, "TXT": lambda text: TXT([text[at : at + 255] for at in range(0, len(text), 255)] or [""])}


class Zone(BaseResolver):
    def __init__(self, path):
        self.path = pathlib.Path(path)

    def resolve(self, request, handler):
        reply = request.reply()
        name, kind = str(request.q.qname).rstrip(".").lower(), QTYPE[request.q.qtype]
        zone = json.loads(self.path.read_text())
        if f"{name} SILENT" in zone:
            reply.header.rcode = RCODE.SERVFAIL
            return reply
        for text in zone.get(f"{name} {kind}", []):
            reply.add_answer(RR(request.q.qname, request.q.qtype, rdata=MADE[kind](text), ttl=0))
        if not any(known.split(" ")[0] == name for known in zone):
            reply.header.rcode = RCODE.NXDOMAIN
        return reply


class Quiet:
    def __getattr__(self, name):
        return lambda *arguments: None


if __name__ == "__main__":
    zone = Zone(sys.argv[1])
    while True:
        udp = DNSServer(zone, port=0, address="127.0.0.1", logger=Quiet())
        port = udp.server.server_address[1]
        try:
            tcp = DNSServer(zone, port=port, address="127.0.0.1", tcp=True, logger=Quiet())
            break
        except OSError:
            # Free for UDP, taken for TCP: the next number, then.
            udp.server.server_close()
    udp.start_thread()
    tcp.start_thread()
    print(port, flush=True)
    sys.stdin.read()
