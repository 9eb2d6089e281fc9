// The configuration of the gateway: one file, environment variables that win over it, and every
// fault of both at once. Values are never echoed: one may be a secret in the wrong place.
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isObject, type JsonValue } from '../../chaincode/core/json.js';
import { readSmallFile } from '../services/small-file.js';
import { type Environment, type FromEnvironment, readEnvironment } from './config-environment.js';
import { findConfigFaults } from './config-faults.js';
import { CONFIG_SHAPE, type GatewayConfig, PATHS } from './config-shape.js';
import { parseConfigText } from './config-text.js';

export type { GatewayConfig } from './config-shape.js';

export interface ConfigSources {
  /** Path of the file. */
  readonly file?: string | undefined;
  readonly environment?: Environment;
  /** What the command line gave; wins over both. */
  readonly data?: string | undefined;
  readonly demo?: boolean | undefined;
  readonly now?: () => number;
}

type Tree = Record<string, unknown>;

const invalid = (faults: readonly string[], cause?: unknown) =>
  new ChartsealError('CONFIG_INVALID', faults.join('\n'), { cause });

function readFileTree(path: string): Tree {
  let value: JsonValue;
  try {
    value = parseConfigText(readSmallFile(path));
  } catch (cause) {
    if (!(cause instanceof ChartsealError)) throw cause;
    throw invalid([`the file of --config: ${cause.message}`], cause);
  }
  if (!isObject(value)) {
    throw invalid(['the file of --config: must be one JSON object']);
  }
  return structuredClone(value) as Tree;
}

function childOf(tree: Tree, name: string): Tree | undefined {
  const child = tree[name];
  return isObject(child) ? (child as Tree) : undefined;
}

/** A member that stands where an object must be is left for the shape to refuse. */
function setMember(tree: Tree, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    tree[name] = value;
    return;
  }
  if (!Object.hasOwn(tree, name)) tree[name] = {};
  const child = childOf(tree, name);
  if (child !== undefined) setMember(child, rest, value);
}

function findMember(tree: Tree, path: readonly string[]): unknown {
  let at: Tree | undefined = tree;
  for (const name of path.slice(0, -1)) at = at === undefined ? undefined : childOf(at, name);
  return at?.[path.at(-1) as string];
}

function resolvePath(tree: Tree, name: string, folder: string): void {
  const path = tree[name];
  if (typeof path === 'string' && path !== '') tree[name] = resolve(folder, path);
}

/** Paths in the file are relative to the folder that it lies in. */
function resolvePaths(tree: Tree, folder: string): void {
  for (const path of PATHS) {
    const value = findMember(tree, path);
    if (typeof value === 'string' && value !== '') setMember(tree, path, resolve(folder, value));
  }
  const issuers = findMember(tree, ['auth', 'issuers']);
  for (const issuer of Array.isArray(issuers) ? issuers : []) {
    resolvePath((issuer ?? {}) as Tree, 'authority', folder);
    resolvePath(childOf((issuer ?? {}) as Tree, 'login') ?? {}, 'clientSecretFile', folder);
  }
}

const pathText = (path: readonly PropertyKey[]) =>
  path
    .map((part, at) =>
      typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');

/** A line for each fault; a member that the environment set is called by its variable. */
function shapeFaults(error: z.ZodError, set: readonly FromEnvironment[]): string[] {
  const byPath = new Map(set.map(({ variable }) => [variable.path.join('.'), variable.name]));
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => `${pathText([...issue.path, key])} is not known here`);
    }
    const path = pathText(issue.path);
    const name = byPath.get(path) ?? path;
    return [`${name} ${issue.input === undefined ? 'must be given' : issue.message}`];
  });
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) freeze(member);
    Object.freeze(value);
  }
  return value;
}

/**
 * Reads, completes and checks the configuration.
 * Throws CONFIG_INVALID with every fault, one on a line, each beginning with the member.
 */
export async function readGatewayConfig(sources: ConfigSources): Promise<GatewayConfig> {
  const { file, environment = {}, now = Date.now } = sources;
  const tree = file === undefined ? {} : readFileTree(file);
  if (file !== undefined) resolvePaths(tree, dirname(resolve(file)));
  const { values, unknown } = readEnvironment(environment);
  for (const { variable, value } of values) setMember(tree, variable.path, value);
  if (sources.data !== undefined) tree['data'] = sources.data;
  if (sources.demo === true) tree['demo'] = true;
  const faults = unknown.map((name) => `${name} is not known here`);
  const parsed = CONFIG_SHAPE.safeParse(tree, { reportInput: true });
  if (!parsed.success) throw invalid([...faults, ...shapeFaults(parsed.error, values)]);
  faults.push(...(await findConfigFaults(parsed.data, now())));
  if (faults.length > 0) throw invalid(faults);
  return freeze(parsed.data);
}
