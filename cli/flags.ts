// Flags of commands as typed values. Stricter than commander: a flag given twice, an empty value
// and another flag in the place of a value are refused, since each has lost somebody an archive.
import { InvalidArgumentError, Option } from 'commander';

/** Data folder of commands that are not given one. */
export const DEFAULT_DATA = process.env['CHARTSEAL_DATA'] || 'chartseal-data';

export interface Flag<T> {
  /** A new one for each parse, since it remembers what it was given. */
  make(): Option;
  /** Holds no value; carries the type. */
  readonly type?: T;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;

type OptionalKeys<F extends Flags> = {
  [K in keyof F]: F[K] extends Flag<infer T> ? (undefined extends T ? K : never) : never;
}[keyof F];
type ValueOf<F> = F extends Flag<infer T> ? T : never;

/** What the flags came to; members that were not given are absent. */
export type FlagValues<F extends Flags> = {
  readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]>;
} & { readonly [K in OptionalKeys<F>]?: Exclude<ValueOf<F[K]>, undefined> };

type Parse<T> = (text: string) => T;

function checkNoOption(text: string): string {
  if (/^--[a-z]/.test(text)) throw new InvalidArgumentError('That is another option.');
  return text;
}

function checkValue(text: string): string {
  if (text === '') throw new InvalidArgumentError('The value is empty.');
  return checkNoOption(text);
}

function single<T>(flags: string, help: string, parse: Parse<T>): Option {
  let isGiven = false;
  return new Option(flags, help).argParser((text: string) => {
    if (isGiven) throw new InvalidArgumentError('The option is given twice.');
    isGiven = true;
    return parse(text);
  });
}

/** `--name <value>`, which may be left out. */
export function text(flags: string, help: string): Flag<string | undefined> {
  return { make: () => single(flags, help, checkValue) };
}

export function textOr(flags: string, help: string, fallback: string): Flag<string> {
  return { make: () => single(flags, help, checkValue).default(fallback) };
}

/** As {@link text}, where the empty text means something. */
export function anyText(flags: string, help: string): Flag<string | undefined> {
  return { make: () => single(flags, help, checkNoOption) };
}

export function requiredText(flags: string, help: string): Flag<string> {
  return { make: () => single(flags, help, checkValue).makeOptionMandatory() };
}

/** A value that is parsed; `parse` throws InvalidArgumentError. */
export function parsed<T>(flags: string, help: string, parse: Parse<T>): Flag<T | undefined> {
  return { make: () => single(flags, help, parse) };
}

/** @param shown the fallback as people write it */
export function parsedOr<T>(
  flags: string,
  help: string,
  parse: Parse<T>,
  fallback: T,
  shown: string,
): Flag<T> {
  return { make: () => single(flags, help, parse).default(fallback, shown) };
}

/** Parses one of a few words. */
export function oneOf<const T extends string>(words: readonly T[]): Parse<T> {
  return (given) => {
    const found = words.find((word) => word === given);
    if (found === undefined) throw new InvalidArgumentError(`It is one of ${words.join(', ')}.`);
    return found;
  };
}

/** One of a few words. */
export function choice<const T extends string>(
  flags: string,
  help: string,
  words: readonly T[],
  fallback: NoInfer<T>,
): Flag<T> {
  const described = `${help} (${words.join(', ')})`;
  return { make: () => single(flags, described, oneOf(words)).default(fallback) };
}

/** May be given several times; `split` makes several values of one. */
export function list(
  flags: string,
  help: string,
  split: Parse<readonly string[]> = (value) => [value],
): Flag<readonly string[]> {
  const collect = (value: string, before: readonly string[]) => [
    ...before,
    ...split(checkValue(value)),
  ];
  return { make: () => new Option(flags, help).argParser(collect).default([], 'none') };
}

export function flag(flags: string, help: string): Flag<boolean | undefined> {
  return { make: () => new Option(flags, help) };
}
