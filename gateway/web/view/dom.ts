// Makes elements. Text only ever becomes text: there is no way here to write markup, a style
// attribute, a handler in text, or an address that runs script.

export type Child = Node | string | undefined | false;
type Value = string | number | boolean | undefined;
type Handler = (event: Event) => void;

export interface Attributes {
  /** Event handlers by name of the event. */
  readonly on?: Readonly<Record<string, Handler>>;
  readonly [name: string]: Value | Readonly<Record<string, Handler>>;
}

const FORBIDDEN = /^(on.*|style|srcdoc|innerhtml)$/i;
const ADDRESS = /^(href|src|action|formaction|xlink:href)$/i;
const HARMLESS = /^(https?:|blob:|data:,|#|\.?\/|[a-z0-9._-]+(\/|$|\?|#))/i;

function setAttribute(target: Element, name: string, value: Value): void {
  if (value === undefined || value === false) return;
  const text = value === true ? '' : String(value);
  if (FORBIDDEN.test(name)) throw new Error(`attribute ${name} is not set here`);
  if (ADDRESS.test(name) && !HARMLESS.test(text)) throw new Error(`no address for ${name}`);
  target.setAttribute(name, text);
}

function fill(target: Element, attributes: Attributes, children: readonly Child[]): void {
  const { on = {}, ...others } = attributes;
  for (const [name, value] of Object.entries(others)) setAttribute(target, name, value as Value);
  for (const [name, handler] of Object.entries(on)) target.addEventListener(name, handler);
  for (const child of children) if (child !== undefined && child !== false) target.append(child);
}

/** An HTML element; attributes that are undefined or false are left out. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  fill(made, attributes, children);
  return made;
}

/** A term with its value, for a list of them. */
export function fact(name: string, ...value: readonly Child[]): Child[] {
  return [element('dt', {}, name), element('dd', {}, ...value)];
}

const SVG = 'http://www.w3.org/2000/svg';

/** An SVG element. */
export function drawing<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS(SVG, tag);
  fill(made, attributes, children);
  return made;
}

/** Puts the children in the place of what `target` holds. */
export function replaceChildren(target: Element, ...children: readonly Child[]): void {
  target.replaceChildren(...children.filter((child) => child !== undefined && child !== false));
}

/** Where the focus was before, also when it was drawn anew since. */
export function focusAgain(before: Element | null): void {
  const target = before?.isConnected === true ? before : document.getElementById(before?.id ?? '');
  (target as HTMLElement | null)?.focus();
}

/** Characters that would hide or reorder others become `\u{…}`, as on the command line. */
export function cleanText(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
}

/** Text that somebody else wrote: isolated, so that its direction stays its own. */
export function foreign(text: string, attributes: Attributes = {}): HTMLElement {
  return element('bdi', attributes, cleanText(text));
}
