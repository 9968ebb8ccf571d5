"""Verifies calls with the library of the standard's own authors, at the time of the server that made them.

Each line of standard input is a call with the secret to try and the time; each line of output is true or false.
"""

import datetime
import json
import sys

import standardwebhooks.webhooks as library


class At(datetime.datetime):
    moment = None

    @classmethod
    def now(cls, tz=None):
        return cls.moment


library.datetime = At
for line in sys.stdin:
    call = json.loads(line)
    At.moment = datetime.datetime.fromtimestamp(call["now"], tz=datetime.timezone.utc)
    try:
        library.Webhook(call["secret"]).verify(call["body"], call["headers"])
        print("true")
    except library.WebhookVerificationError:
        print("false")
