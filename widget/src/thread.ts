// What can be said about a thread without touching a page: texts, order, times.

/** Chooses a text by name; a number picks its plural form. */
export type Texts = (name: string, n?: number, person?: string) => string;

/** Reads the lines of the fragment: a name, a space, a text. */
export function readTexts(lines: string, lang: string): Texts {
  const texts = new Map<string, string>();
  for (const line of lines.split('\n')) {
    const space = line.indexOf(' ');
    if (space > 0) texts.set(line.slice(0, space), line.slice(space + 1));
  }
  const plural = new Intl.PluralRules(lang);
  const digits = new Intl.NumberFormat(lang);
  return (name, n, person) => {
    const forms = n === undefined ? [name] : [n ? '' : `${name}.zero`, `${name}.${plural.select(n)}`, `${name}.other`];
    const text = forms.map((form) => texts.get(form)).find((found) => found) ?? '';
    return text.replace('{n}', digits.format(n ?? 0)).replace('{name}', () => person ?? '');
  };
}

/** The comment that an address points at, if it does. */
export const commentInHash = (hash: string): string => /^#comment-([1-9]\d{0,18})$/.exec(hash)?.[1] ?? '';

/** True when the comment `a` stands before `b` among their like. Ids are numbers too long for numbers. */
export function standsBefore(a: string, b: string, newestFirst: boolean): boolean {
  const older = a.length === b.length ? a < b : a.length < b.length;
  return a !== b && older !== newestFirst;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** How long ago, in words. What lies ahead by a wrong clock is now. */
export function ago(seconds: number, words: Intl.RelativeTimeFormat): string {
  const [unit, size] = STEPS.find(([, step]) => seconds >= step) ?? ['second', Infinity];
  return words.format(-Math.floor(Math.max(0, seconds) / size) || 0, unit);
}

/** Letters as the server counts them, so that an emoji is one. */
export const countLetters = (text: string): number => [...text].length;

/** What a reader is told to have arrived: answers when the author of the site wrote all of it. */
export const arrivalText = (texts: Texts, total: number, answers: number): string =>
  texts(answers === total ? 'answer' : 'new', total);

/** The setting that lets the page at `origin` write to `site`, as its owner types it. */
export const originsCommand = (site: string, listed: string, origin: string): string =>
  `rejoinder site set ${site} origins=${[...listed.split(',').filter((each) => each), origin].join(',')}`;
