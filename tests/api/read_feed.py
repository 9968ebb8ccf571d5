"""Reads an Atom feed from standard input, as feed readers do, and prints what it found, as JSON."""

import json
import sys

import feedparser

found = feedparser.parse(sys.stdin.buffer.read())
links = {link.get("rel", ""): link.get("href", "") for link in found.feed.get("links", [])}
print(json.dumps({
    "bozo": int(bool(found.bozo)),
    "version": found.version,
    "title": found.feed.get("title", ""),
    "self": links.get("self", ""),
    "entries": [
        {"id": entry.get("id", ""), "link": entry.get("link", ""), "text": "".join(part.value for part in entry.get("content", []))}
        for entry in found.entries
    ],
}))
