// A mail server that takes everything and keeps it: just enough SMTP for what the program sends.

import { createServer } from 'node:net';

import { until } from './until.js';

export class Postbox {
  static async start() {
    const box = new Postbox();
    /** What came: `to`, and `text` with line ends and quoted-printable undone. */
    box.mails = [];
    box.listener = createServer((socket) => box.#talk(socket));
    await new Promise((resolve) => box.listener.listen(0, '127.0.0.1', resolve));
    /** Settings that make a server hand its mail over here. */
    box.settings = {
      MAIL_HOST: '127.0.0.1', MAIL_PORT: String(box.listener.address().port), MAIL_TLS: 'none', MAIL_FROM: 'Blog <talk@blog.example>',
    };
    return box;
  }

  stop() {
    return new Promise((resolve) => this.listener.close(resolve));
  }

  #talk(socket) {
    let waiting = '', mail = null, to = [];
    const say = (line) => socket.write(`${line}\r\n`);
    socket.setEncoding('latin1');
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      waiting += data;
      for (let end; (end = waiting.indexOf('\r\n')) >= 0; waiting = waiting.slice(end + 2)) {
        const line = waiting.slice(0, end);
        if (mail) {
          if (line !== '.') { mail.push(line.replace(/^\./, '')); continue; }
          this.mails.push({ to, text: plain(mail) });
          [mail, to] = [null, []];
          say('250 taken');
        } else if (/^EHLO/i.test(line)) say('250-postbox\r\n250 8BITMIME');
        else if (/^RCPT TO:<(.*)>/i.test(line)) { to.push(/<(.*)>/.exec(line)[1]); say('250 yes'); }
        else if (/^DATA/i.test(line)) { mail = []; say('354 go on'); }
        else if (/^QUIT/i.test(line)) { say('221 bye'); socket.end(); }
        else say('250 yes');
      }
    });
    say('220 postbox');
  }

  /** The first mail to that address whose text matches, once it is there. */
  async mail(to, pattern) {
    let found;
    await until(async () => {
      found = this.mails.find((mail) => mail.to.includes(to) && pattern.test(mail.text));
      if (!found) throw new Error(`no mail to ${to} with ${pattern} among ${this.mails.length}`);
    }, { within: 30_000 });
    return found;
  }
}

const plain = (lines) =>
  Buffer.from(lines.join('\n').replace(/=\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString('utf8');
