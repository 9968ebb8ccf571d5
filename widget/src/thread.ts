// What can be said about a thread without touching a page: texts, order, times.

/** Chooses a text by name; a number picks its plural form. */
export type Texts = (name: string, n?: number, person?: string) => string;

/** Reads the lines of the fragment: a name, a space, a text. */
export function readTexts(lines: string, lang: string): Texts {
  const texts: Record<string, string> = Object.fromEntries(lines.split('\n').map((line) => line.split(/ (.*)/)));
  const plural = new Intl.PluralRules(lang);
  return (name, n = NaN, person = '') =>
    (texts[`${name}.${plural.select(n)}`] ?? texts[name] ?? '')
      .replace('{n}', `${n}`)
      .replace('{name}', () => person);
}

/** The comment that an address points at, if it does. */
export const commentInHash = (hash: string): string | undefined => /^#comment-(\d+)$/.exec(hash)?.[1];

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 7],
  ['week', 4.345],
  ['month', 12],
  ['year', Infinity],
];

/** How long ago, in words: in the largest unit that fits. Less than a minute, and what lies ahead by a wrong clock, is now. */
export function ago(seconds: number, words: Intl.RelativeTimeFormat): string {
  let n = seconds;
  const [unit] = STEPS.find(([, size]) => n < size || !(n /= size))!;
  return words.format(unit === 'second' ? 0 : -Math.floor(n), unit);
}

/** Letters as the server counts them, so that an emoji is one. */
export const countLetters = (text: string): number => [...text].length;

/** What a reader is told to have arrived: answers when the author of the site wrote all of it. */
export const arrivalText = (texts: Texts, total: number, answers: number): string =>
  texts(answers === total ? 'answer' : 'new', total);

/** The setting that lets the page at `origin` write to `site`, as its owner types it. */
export const originsCommand = (site: string, listed?: string, origin = location.origin): string =>
  `rejoinder site set ${site} origins=${listed ? `${listed},` : ''}${origin}`;
