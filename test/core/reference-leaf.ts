// The bytes of leaves, put together field by field with node's Buffer alone.

export interface ReferenceLeaf {
  readonly act: number;
  readonly subject: Uint8Array;
  readonly sequence: bigint;
  readonly previous: Uint8Array;
  readonly entry: Uint8Array;
}

export interface ReferenceClosingLeaf {
  readonly endorsedAt: bigint;
  readonly appendNumber: bigint;
  readonly previous: Uint8Array;
  readonly mapRoot: Uint8Array;
}

function uint64(value: bigint): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(value);
  return out;
}

export function referenceLeafBytes(leaf: ReferenceLeaf): Buffer {
  const { act, subject, sequence, previous, entry } = leaf;
  return Buffer.concat([Buffer.of(1, act), subject, uint64(sequence), previous, entry]);
}

export function referenceClosingBytes(leaf: ReferenceClosingLeaf): Buffer {
  const { endorsedAt, appendNumber, previous, mapRoot } = leaf;
  const head = [Buffer.of(1, 0), Buffer.alloc(24), uint64(endorsedAt), uint64(appendNumber)];
  return Buffer.concat([...head, previous, mapRoot]);
}
