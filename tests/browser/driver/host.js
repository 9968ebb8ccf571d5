// Somebody's blog: pages on another origin than the server's, with the tag in them.

import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.xml': 'text/xml' };

const escape = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** The tag as the server prints it, with more attributes on the mount where a test wants them. */
export const tag = (server, path, { site = 'blog', mount = '', script = '' } = {}) =>
  `<section id="thread" data-rejoinder-thread ${mount}><a href="${server.origin}/t/${site}?page=${encodeURIComponent(path)}">Discuss this post</a></section>
<script async src="${server.origin}/embed.js" data-site="${site}" ${script}></script>`;

export class Host {
  /** Listens as `localhost`, while servers are `127.0.0.1`: another origin and another site of cookies. */
  static async start() {
    const host = new Host();
    host.pages = new Map();
    host.asked = [];
    host.folder = null;
    host.listener = createServer((request, response) => host.#answer(request, response));
    await new Promise((resolve) => host.listener.listen(0, 'localhost', resolve));
    host.origin = `http://localhost:${host.listener.address().port}`;
    return host;
  }

  async stop() {
    this.listener.closeAllConnections();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  /** Serves the files of a folder, as a static site generator left them. */
  serve(folder) {
    this.folder = folder;
  }

  /** Puts a page at `path` and gives its address. `middle` is where the tag goes, if it is not the tag. */
  page(path, { title = 'A post', css = '', csp = '', headers = {}, head = '', before = '<p>The post itself.</p>', middle = '', after = '' }) {
    const style = css && `<style>${css}</style>`;
    const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>${head}${style}</head><body><main><h1>${escape(title)}</h1>${before}${middle}${after}</main></body></html>`;
    this.pages.set(path, { html, headers: { ...headers, ...(csp && { 'content-security-policy': csp }) } });
    return `${this.origin}${path}`;
  }

  #answer(request, response) {
    const path = new URL(request.url, 'http://localhost').pathname;
    this.asked.push(path);
    const page = this.pages.get(path);
    if (page) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...page.headers }).end(page.html);
      return;
    }
    let file = this.folder && join(this.folder, normalize(decodeURIComponent(path)));
    if (file && existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html');
    if (!file || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  }
}
