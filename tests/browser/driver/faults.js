// A proxy in front of the server that fails on demand, notes every request it sees, and can change what passes.

import { createServer, request as ask } from 'node:http';

/** The server's refusals as it words them, for faults that only pretend to be one. */
export const refusal = (status, code, sentence, headers = {}) => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', 'access-control-expose-headers': 'Retry-After, ETag', ...headers },
  body: `<p data-code="${code}">${sentence}</p>`,
});

const allBytes = async (stream) => {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};

export class Faults {
  static async start(server) {
    const faults = new Faults();
    faults.target = new URL(server.origin);
    /** What came: method, path with query, headers, and the headers of the answer. */
    faults.seen = [];
    faults.planned = [];
    faults.changes = [];
    faults.listener = createServer((request, response) => void faults.#pass(request, response));
    await new Promise((resolve) => faults.listener.listen(0, '127.0.0.1', resolve));
    faults.origin = `http://127.0.0.1:${faults.listener.address().port}`;
    return faults;
  }

  async stop() {
    this.listener.closeAllConnections();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  /** Answers the next request to that path by itself: the server never hears of it. */
  answer(path, { status, headers, body }) {
    this.planned.push({ path, act: (response) => response.writeHead(status, { 'access-control-allow-origin': '*', ...headers }).end(body) });
  }

  /** Breaks the connection of the next request before the server hears of it. */
  reset(path) {
    this.planned.push({ path, act: (response) => response.socket.resetAndDestroy() });
  }

  /** Lets the next request wait without an answer for as long as the browser likes. */
  silence(path) {
    this.planned.push({ path, act: () => {} });
  }

  /** Lets the server act on the next request, and breaks the connection in the middle of its answer. */
  cut(path) {
    this.planned.push({
      path,
      after: (response, status, headers, body) => {
        response.writeHead(status, headers);
        response.write(body.subarray(0, body.length / 2), () => response.socket.resetAndDestroy());
      },
    });
  }

  /** Changes the text of every answer from that path. */
  change(path, edit) {
    this.changes.push({ path, edit });
  }

  calm() {
    this.planned = [];
    this.changes = [];
    this.seen = [];
  }

  /** Requests seen whose path holds a text. */
  to(path) {
    return this.seen.filter((each) => each.path.includes(path));
  }

  async #pass(request, response) {
    const path = request.url;
    // Browsers silently repeat a request that breaks on a connection used before, so there are none.
    response.shouldKeepAlive = false;
    const note = { method: request.method, path, headers: request.headers };
    this.seen.push(note);
    const body = await allBytes(request);
    note.body = body.toString();
    const at = this.planned.findIndex((fault) => new URL(path, this.origin).pathname.endsWith(fault.path));
    const [fault] = at < 0 ? [] : this.planned.splice(at, 1);
    if (fault?.act) {
      fault.act(response);
      return;
    }
    const edits = this.changes.filter((change) => new URL(path, this.origin).pathname.endsWith(change.path));
    const headers = { ...request.headers };
    if (edits.length) {
      headers['accept-encoding'] = 'identity';
      delete headers['if-none-match'];
    }
    const { hostname, port } = this.target;
    const passed = ask({ hostname, port, path, method: request.method, headers }, async (given) => {
      let bytes = await allBytes(given);
      const sent = { ...given.headers };
      note.answered = { status: given.statusCode, headers: sent };
      if (edits.length) {
        bytes = Buffer.from(edits.reduce((text, { edit }) => edit(text), bytes.toString()));
        delete sent['content-length'];
        delete sent.etag;
      }
      if (fault) fault.after(response, given.statusCode, sent, bytes);
      else response.writeHead(given.statusCode, sent).end(bytes);
    });
    passed.on('error', () => response.destroy());
    passed.end(body);
  }
}
