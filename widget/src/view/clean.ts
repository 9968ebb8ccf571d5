// The second wall: what the server sent is built anew from an allow-list, so that nothing foreign is ever
// adopted into the page. Comment bodies may hold far less than the parts around them.

const BODY_TAGS =
  'p br em strong b i del s code pre blockquote ul ol li a h1 h2 h3 h4 h5 h6 hr details summary sup sub kbd bdi span div';
const ALL_TAGS = `${BODY_TAGS} section header article time form label input textarea select option button small`;

const BODY_ATTRIBUTES = /^(href|rel|target|title|dir|lang|start|open)$/;
const ALL_ATTRIBUTES =
  /^(href|rel|target|title|dir|lang|id|class|datetime|hidden|type|name|value|rows|inputmode|autocomplete|tabindex|selected|data-[a-z-]+|aria-[a-z]+)$/;

const SAFE_URL = /^(https?:|mailto:|#|\/(?![/\\]))/i;

const listed = (tags: string) => new Set(tags.split(' '));
const bodyTags = listed(BODY_TAGS);
const allTags = listed(ALL_TAGS);

/** A copy of what may pass; `null` when the node itself may not. `shift` lowers headings for their page. */
export function clean(node: Node, shift: number, inBody = false): Node | null {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode((node as Text).data);
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  const from = node as Element;
  let tag = from.localName;
  if (!(inBody ? bodyTags : allTags).has(tag)) return null;
  // Headings inside a comment are below the heading of the comment, whatever they are called.
  if (/^h\d$/.test(tag)) tag = `h${Math.min(6, inBody ? shift + 4 : +tag[1]! + shift)}`;
  const copy = document.createElement(tag);
  for (const { name, value } of from.attributes) {
    const fits = inBody
      ? BODY_ATTRIBUTES.test(name) || (name === 'class' && /^language-[\w+#-]+$/.test(value))
      : ALL_ATTRIBUTES.test(name);
    if (fits && (name !== 'href' || SAFE_URL.test(value))) copy.setAttribute(name, value);
  }
  if (!inBody && copy.className) copy.setAttribute('part', copy.className);
  const within = inBody || copy.className === 'body';
  for (const child of from.childNodes) {
    const inner = clean(child, shift, within);
    if (inner) copy.append(inner);
  }
  return copy;
}
