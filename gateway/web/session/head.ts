// The head of pages for people who sign in: links to the pages that are there, who is signed in.
import type { Language } from '../text/language.js';
import { SESSION } from '../text/session.js';
import { type Child, element, foreign } from '../view/dom.js';
import type { PageLink } from '../view/frame.js';
import { type Caller, type Role, type Session, signOut } from './api.js';

const FOR_ROLES: Readonly<Record<string, readonly Role[]>> = {
  '/patient': ['patient'],
  '/archivist': ['archivist', 'admin'],
  '/auditor': ['auditor', 'archivist'],
  '/inquiries': ['privacy-officer'],
};

/** Pages that are there and that the caller may use, and those for everybody. */
export function linksFor(session: Session, language: Language, here: string): PageLink[] {
  const roles = session.caller?.roles ?? [];
  const names = SESSION[language].pages;
  return session.pages
    .filter((href) => {
      const needed = FOR_ROLES[href];
      return names[href] !== undefined && (needed?.some((role) => roles.includes(role)) ?? true);
    })
    .map((href) => ({ href, text: names[href] as string, isHere: href === here }));
}

export function callerName({ name, id, roles }: Caller, language: Language): string {
  if (name !== undefined) return name;
  const words = roles.map((role) => SESSION[language].roles[role]);
  return words.length === 0 ? id : words.join(', ');
}

/** Beside the language switch. @param fail takes what went wrong with signing out */
export function signedIn(
  { caller }: Session,
  language: Language,
  fail: (error: unknown) => void,
): Child[] {
  if (caller === undefined) return [];
  const texts = SESSION[language];
  const out = () => void signOut().catch(fail);
  return [
    element('span', { class: 'soft' }, foreign(callerName(caller, language))),
    element('button', { type: 'button', id: 'sign-out', on: { click: out } }, texts.signOut),
  ];
}
