// The second wall: what the server sent is built anew from an allow-list, so that nothing foreign is ever
// adopted into the page. Comment bodies may hold far less than the parts around them.

const BODY_TAGS =
  'p|br|em|strong|b|i|del|s|code|pre|blockquote|ul|ol|li|a|h[1-6]|hr|details|summary|su[bp]|kbd|bdi|span|div';
const bodyTags = new RegExp(`^(${BODY_TAGS})$`);
const allTags = new RegExp(`^(${BODY_TAGS}|q|section|header|article|time|form|label|input|textarea|select|option|button|small)$`);

// Attributes are looked at with their values, as `name=value`.
const BODY_ATTRIBUTES = 'href=(https?:|mailto:|#|/(?![/\\\\]))|(rel|target|title|dir|lang|start|open)=';
const bodyAttributes = new RegExp(`^(${BODY_ATTRIBUTES}|class=language-[\\w+#-]+$)`, 'i');
const allAttributes = new RegExp(
  `^(${BODY_ATTRIBUTES}|(id|class|datetime|type|name|value|rows|inputmode|autocomplete|tabindex|selected|(data|aria)-[a-z-]+)=)`,
  'i',
);

/** A property of an element itself: in a form, a field of that name would stand before it. */
const read = <K extends 'localName' | 'attributes' | 'childNodes'>(from: Element, name: K): Element[K] => Reflect.get(Element.prototype, name, from);

/** False for the name of a field that would hide a property of its form from ourselves. */
const isHarmless = (name: string, value: string): boolean => !/^(name|id)$/.test(name) || !(value in HTMLElement.prototype);

/** A copy of an element with what may pass of it; `null` when it may not itself. */
export function clean(from: Element, shift: number, inBody = false): HTMLElement | null {
  let tag = read(from, 'localName');
  if (!(inBody ? bodyTags : allTags).test(tag)) return null;
  // Headings inside a comment are below the heading of the comment, whatever they are called.
  if (/^h\d/.test(tag)) tag = `h${(inBody ? 4 : +tag[1]!) + shift}`;
  const copy = document.createElement(tag);
  for (const { name, value } of read(from, 'attributes'))
    if (isHarmless(name, value) && (inBody ? bodyAttributes : allAttributes).test(`${name}=${value}`)) copy.setAttribute(name, value);
  // What scrolls must be reachable by key.
  if (tag === 'pre') copy.tabIndex = 0;
  const { className } = copy;
  if (className && !inBody) copy.setAttribute('part', className);
  for (const child of read(from, 'childNodes')) {
    const inner = child instanceof Text ? child.data : child instanceof Element && clean(child, shift, inBody || className === 'body');
    if (inner) copy.append(inner);
  }
  return copy;
}
