// Following a thread by mail without writing in it.

import { clean } from './clean.ts';
import { find, type View } from './view.ts';

/** Sends the address; the server's sentence takes the place of the form. */
export async function follow(view: View, pressed: HTMLElement): Promise<void> {
  const form = pressed.closest('form')!;
  const input = find<HTMLInputElement>(form, '.input')!;
  const answer = await view.post('follow', { email: input.value, kind: 'thread', title: view.settings.title }, true);
  if (!answer.given) {
    view.refuse(answer, 'follow', pressed);
    return input.focus();
  }
  const note = clean(answer.given, 0)!;
  note.tabIndex = -1;
  form.replaceWith(note);
  note.focus();
  view.say(note.textContent!);
}
