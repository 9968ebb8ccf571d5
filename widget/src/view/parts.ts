// The small nodes that the script makes itself.

/** An element whose class is also its `::part()`. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, part = '', text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (part) {
    element.className = part;
    element.setAttribute('part', part);
  }
  element.textContent = text;
  return element;
}

export function button(part: string, text: string, press: () => void): HTMLButtonElement {
  const made = make('button', `button ${part}`, text);
  made.type = 'button';
  made.onclick = press;
  return made;
}

/** While busy a button keeps its focus, and pressing it again does nothing. */
export async function busily(pressed: HTMLElement, work: () => Promise<unknown>): Promise<void> {
  if (pressed.ariaDisabled === 'true') return;
  pressed.ariaDisabled = 'true';
  await work();
  pressed.ariaDisabled = null;
}
