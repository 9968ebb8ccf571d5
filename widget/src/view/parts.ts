// The small nodes that the script makes itself.

/** An element whose class is also its `::part()`. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, part = '', text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = part;
  if (part) element.setAttribute('part', part);
  element.textContent = text;
  return element;
}

/** A button that stays in focus while its work goes on, and does nothing when pressed meanwhile. */
export function button(part: string, text: string, work: () => unknown): HTMLButtonElement {
  const made = make('button', `button ${part}`, text);
  made.type = 'button';
  made.onclick = async () => {
    if (made.ariaDisabled) return;
    made.ariaDisabled = 'true';
    await work();
    made.ariaDisabled = null;
  };
  return made;
}
