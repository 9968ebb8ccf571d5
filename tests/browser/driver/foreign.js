// Looks for what nobody's text may put into a page. Runs inside the page, on what is really there.

/** In words, everything below `root` (through shadow roots) that is not of the kinds a comment or our own interface is made of. */
export function foreignIn(root) {
  const words = (list) => new Set(list.split(' '));
  const inBodies = words('p br em strong b i del s code pre blockquote ul ol li a h1 h2 h3 h4 h5 h6 hr details summary sup sub kbd bdi span div');
  const around = words('rejoinder-thread section header article nav main time form label input textarea select option optgroup button small q details summary dialog dl dt dd mark output slot');
  const attributesInBodies = words('href rel target title dir lang start open class part');
  const found = [];
  const look = (element, inBody) => {
    const tag = element.localName;
    if (!inBodies.has(tag) && (inBody || !around.has(tag))) found.push(`<${tag}>`);
    if (element.namespaceURI !== 'http://www.w3.org/1999/xhtml') found.push(`<${tag}> of ${element.namespaceURI}`);
    for (const { name, value } of element.attributes) {
      const isOdd = /^on|^style$|^src|^xlink|^is$|^slot$|^background$|^ping$|^popover|^command/.test(name) || (inBody && !attributesInBodies.has(name));
      const isAddress = /^(href|action|formaction|data|poster)$/.test(name);
      if (isOdd) found.push(`<${tag} ${name}=${value}>`);
      if (isAddress && !/^(https?:|mailto:|#|\/(?!\/))/i.test(value)) found.push(`<${tag} ${name}=${value}>`);
      if (inBody && name === 'class' && !/^language-[\w+#-]+$/.test(value)) found.push(`<${tag} class=${value}>`);
    }
    const body = inBody || element.classList.contains('body');
    for (const child of [...element.children, ...(element.shadowRoot?.children ?? [])]) look(child, body);
  };
  for (const child of root.children ?? []) look(child, false);
  if (root.shadowRoot) for (const child of root.shadowRoot.children) look(child, false);
  return found;
}
