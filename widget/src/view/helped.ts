// "This helped": whoever was answered may say so below the answer, and take it back.

import { clean } from './clean.ts';
import { button } from './parts.ts';
import { aboveOf, find, idOf, type View } from './view.ts';

/** Gives the answers to comments of one's own their button, where the site has it. */
export function dressHelped(view: View, article: HTMLElement): void {
  const { helped } = view.section.dataset;
  const actions = find(article, '.actions');
  const receipt = aboveOf(article)?.dataset.receipt;
  if (!helped || !actions || !receipt || article.dataset.receipt || find(actions, '.helps')) return;
  const press = button('helps', helped, async () => {
    const answer = await view.post(`note/${idOf(article)}/helped`, { receipt, value: press.ariaPressed === 'true' ? '0' : '1' });
    if (!answer.given) return view.refuse(answer, 'helped', press);
    find(article, '.helped')?.remove();
    find(article, '.body')!.after(clean(answer.given, 0)!);
    show();
    view.say(answer.given.textContent!);
  });
  const show = () => (press.ariaPressed = `${!!find(article, '.helped:not(:empty)')}`);
  show();
  actions.append(press);
}
