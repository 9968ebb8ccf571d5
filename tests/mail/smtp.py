"""A real SMTP server that misbehaves as told. Prints its port as the first line and runs until its input ends.

    python smtp.py MAILS FAULTS [--certificates FOLDER] [--tls]

MAILS gets one JSON line for each mail that was taken: from, to, raw (base64), headers, text, html.
FAULTS is read at each connection: {"faults": ["greylist", "ok"], "auth": true}. The first connection since the file
changed meets the first fault, and so on; the last one stays. A file that is not there means no faults.
With certificates STARTTLS is offered (good.pem and others, see CERTIFICATES); --tls encrypts from the first byte.
"""

import argparse
import asyncio
import base64
import email
import email.policy
import json
import pathlib
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

USERNAME, PASSWORD = b"talk", b"geheim"
SLOW_SECONDS = 60
CERTIFICATES = {"tls-wrong-name": "wrong", "tls-expired": "expired", "tls-unknown": "unknown"}
REFUSALS = {
    "mail-4xx": ("MAIL", "451 4.3.0 Try again later"),
    "mail-5xx": ("MAIL", "553 5.7.1 Sender address not owned by you"),
    "greylist": ("RCPT", "451 4.7.1 Greylisted, come back in a minute"),
    "rcpt-5xx": ("RCPT", "550 5.1.1 No such mailbox"),
    "rcpt-relay": ("RCPT", "554 5.7.1 Relay access denied"),
    "rcpt-auth": ("RCPT", "530 5.7.0 Authentication required"),
    "rcpt-too-many": ("RCPT", "452 4.5.3 Too many recipients"),
    "rcpt-lines": ("RCPT", "550-5.1.1 No such mailbox\r\n550-5.1.1 Ask the postmaster\r\n550 5.1.1 Good bye"),
    "data-4xx": ("DATA", "452 4.3.1 Insufficient system storage"),
    "data-5xx": ("DATA", "554 5.6.0 No mail today"),
    "text-4xx": ("TEXT", "451 4.7.0 Looks odd, try later"),
    "text-5xx": ("TEXT", "550 5.7.1 Looks like spam"),
}


class Server(SMTP):
    def __init__(self, mails, fault, **options):
        self.mails = mails
        self.fault = fault
        super().__init__(self, **options)
        # aiosmtpd asks the handler, which is ourselves.
        self.event_handler = self

    def refusal(self, where):
        place, said = REFUSALS.get(self.fault, (None, None))
        return said if place == where else None

    async def push(self, status):
        if self.fault == "junk" and status == "250 OK" and self.envelope.rcpt_tos:
            self._writer.write(b"250 \xff\xfe\x00 junk\r\n")
            await self._writer.drain()
            return
        if self.fault == "lines" and status.startswith("250 2.0.0"):
            status = "250-2.0.0 Taken,\r\n250-2.0.0 with thanks,\r\n250 2.0.0 as 123"
        await super().push(status)

    async def handle_exception(self, error):
        # The client has given up, as it should; there is nobody left to tell.
        self.transport.abort()
        return "451 4.0.0 " + type(error).__name__

    async def handle_MAIL(self, server, session, envelope, address, options):
        if said := self.refusal("MAIL"):
            return said
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if said := self.refusal("RCPT"):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def smtp_DATA(self, argument):
        if said := self.refusal("DATA"):
            await self.push(said)
        elif self.fault == "drop-mid-data":
            await self.push("354 Go on")
            await self._reader.read(100)
            self.transport.abort()
        else:
            await super().smtp_DATA(argument)

    async def handle_DATA(self, server, session, envelope):
        if self.fault == "drop-before-answer":
            self.transport.abort()
            await asyncio.sleep(SLOW_SECONDS)
        if self.fault == "slow-answer":
            await asyncio.sleep(SLOW_SECONDS)
        if said := self.refusal("TEXT"):
            return said
        self.keep(envelope)
        if self.fault == "drop-after-accepted":
            self.transport.abort()
            await asyncio.sleep(SLOW_SECONDS)
        return "250 2.0.0 Taken as 123"

    def keep(self, envelope):
        raw = envelope.original_content
        message = email.message_from_bytes(raw, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
        line = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "raw": base64.b64encode(raw).decode(),
            "headers": [[name, str(value)] for name, value in message.items()],
            "text": parts.get("text/plain"),
            "html": parts.get("text/html"),
        }
        with open(self.mails, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


class Rude(asyncio.Protocol):
    """Never gets as far as SMTP."""

    def __init__(self, fault):
        self.fault = fault

    def connection_made(self, transport):
        if self.fault == "drop-at-connect":
            transport.abort()
        elif self.fault == "connect-421":
            transport.write(b"421 4.3.2 Too busy\r\n")
            transport.close()
        elif self.fault == "connect-554":
            transport.write(b"554 5.7.1 You are on a list\r\n")
            transport.close()
        elif self.fault == "garbage":
            transport.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def login(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (USERNAME, PASSWORD)
    return AuthResult(success=right, handled=True if right else False)


def context(folder, name):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return made


class Faults:
    def __init__(self, path):
        self.path = path
        self.text = None
        self.met = 0

    def next(self):
        text = self.path.read_text() if self.path.exists() else "{}"
        if text != self.text:
            self.text, self.met = text, 0
        told = json.loads(text)
        faults = told.get("faults") or ["ok"]
        fault = faults[min(self.met, len(faults) - 1)]
        self.met += 1
        return fault, told.get("auth", False)


async def serve(arguments):
    faults = Faults(pathlib.Path(arguments.faults))
    folder = arguments.certificates and pathlib.Path(arguments.certificates)

    def connection():
        fault, auth = faults.next()
        if fault in ("drop-at-connect", "connect-421", "connect-554", "garbage", "slow-banner"):
            return Rude(fault)
        options = {"hostname": "mail.example", "enable_SMTPUTF8": False, "auth_require_tls": False}
        if auth and fault != "auth-not-offered":
            options |= {"authenticator": login, "auth_required": True}
        elif fault == "auth-not-offered":
            options |= {"auth_exclude_mechanism": ["PLAIN", "LOGIN"]}
        if folder and not arguments.tls and fault != "starttls-not-offered":
            options |= {"tls_context": context(folder, CERTIFICATES.get(fault, "good"))}
        return Server(arguments.mails, fault, loop=asyncio.get_running_loop(), **options)

    secured = context(folder, "good") if arguments.tls else None
    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0, ssl=secured)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    # It warns of passwords without encryption, which is one of the faults.
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mails")
    parser.add_argument("faults")
    parser.add_argument("--certificates")
    parser.add_argument("--tls", action="store_true")
    asyncio.run(serve(parser.parse_args()))
