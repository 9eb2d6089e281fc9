// What a verifier of this version cannot judge, because a later version made it.

import { LEAF_VERSION } from '../../chaincode/core/leaf.js';
import { ACTS, actName } from '../../chaincode/core/lifecycle.js';

const RESERVED: readonly number[] = [ACTS['hold-by'], ACTS['release-by']];

/** A leaf, or closing leaf, of a later version. */
export function isNewerLeaf(leaf: Uint8Array): boolean {
  return (leaf[0] ?? 0) > LEAF_VERSION;
}

/** An act that is not listed yet, or listed as reserved. */
export function isNewerAct(code: number): boolean {
  return actName(code) === undefined || RESERVED.includes(code);
}

const VERSION = /^[1-9][0-9]{0,14}$/;

/** Version in a text such as `chartseal-receipt/1`; undefined when it is of another kind. */
export function findVersion(text: unknown, kind: string): number | undefined {
  if (typeof text !== 'string' || !text.startsWith(`${kind}/`)) return undefined;
  const version = text.slice(kind.length + 1);
  return VERSION.test(version) ? Number(version) : undefined;
}
