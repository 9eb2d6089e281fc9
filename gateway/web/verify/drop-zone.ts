// Where files are given: dropped, or chosen with a button.
import type { Language } from '../text/language.js';
import { type Child, element } from '../view/dom.js';
import { chosenFiles, type TakenFile, takeDrops } from './intake.js';
import { verifyTexts } from './texts.js';

type Take = (taken: Promise<readonly TakenFile[]> | readonly TakenFile[]) => void;

function chooser(id: string, text: string, isFolder: boolean, take: Take): Child[] {
  const input = element('input', {
    type: 'file',
    id: `${id}-input`,
    class: 'unseen',
    multiple: true,
    webkitdirectory: isFolder,
    tabindex: -1,
    'aria-label': text,
    on: {
      change: () => {
        take(chosenFiles(input.files));
        input.value = '';
      },
    },
  });
  const attributes = { type: 'button', id, on: { click: () => input.click() } };
  return [element('button', isFolder ? attributes : { ...attributes, class: 'main' }, text), input];
}

export function dropZone(take: Take, language: Language): HTMLElement {
  const texts = verifyTexts(language);
  const zone = element(
    'div',
    { class: 'drop no-print', id: 'drop' },
    element('p', {}, texts.dropHere),
    element(
      'div',
      { class: 'actions' },
      ...chooser('choose-files', texts.chooseFiles, false, take),
      ...chooser('choose-folder', texts.chooseFolder, true, take),
    ),
    element('p', { class: 'hint' }, texts.filesHint),
  );
  takeDrops(zone, take);
  return zone;
}
