// "This helped": whoever was answered may say so below the answer, and take it back.

import { clean } from './clean.ts';
import { aboveOf, find, idOf, type View } from './view.ts';

/** Tells the button whether it was pressed before; which readers see it is up to the style sheet. */
export function dressHelped(article: HTMLElement, pressed = find(article, '.helps')): void {
  if (pressed) pressed.ariaPressed = `${!!find(article, '.helped:not(:empty)')}`;
}

export async function sayHelped(view: View, article: HTMLElement, pressed: HTMLElement): Promise<void> {
  const { receipt } = aboveOf(article)!.dataset;
  const answer = await view.post(`note/${idOf(article)}/helped`, { receipt, value: pressed.ariaPressed === 'true' ? '0' : '1' });
  if (!answer.given) return view.refuse(answer, 'helped', pressed);
  find(article, '.helped')?.remove();
  find(article, '.body')!.after(clean(answer.given, 0)!);
  dressHelped(article);
  view.say(answer.given.textContent!);
}
