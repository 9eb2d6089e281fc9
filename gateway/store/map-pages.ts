// The subject map on disk, in pages of 8 levels, each under the whole bytes of its path. The top
// 16 levels stay in memory; pages below are read when a batch or a proof needs them.
import { encodeHex, isZero } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { type HashText, hashText } from '../../chaincode/core/hash.js';
import { MapWriter, parseMapBytes } from '../../chaincode/core/map-bytes.js';
import {
  EMPTY_MAP,
  HashNode,
  InnerNode,
  type MapNode,
  mapHash,
  NODE_EMPTY,
  NODE_HASH,
  NODE_INNER,
  NODE_SUBJECT,
  splitLabels,
} from '../../chaincode/core/subject-map.js';
import { PagePart, PageReader } from './page-reader.js';

const PAGE_LEVELS = 8;
const TOP_LEVELS = 16;

/** Key of a page: its path in lower-case hex, '' for the page of the root. */
export type PagePrefix = string;

/**
 * Reads pages, checking each against the hash by which its parent names it. Nothing is kept
 * here: trees are values of the caller, and a tree can be read on as long as the pages on disk
 * are those of the flush from which it comes.
 */
export class MapPages {
  readonly #readPage: (prefix: PagePrefix) => Uint8Array | undefined;

  /** @param readPage bytes of a page as last flushed, undefined when there is none */
  constructor(readPage: (prefix: PagePrefix) => Uint8Array | undefined) {
    this.#readPage = readPage;
  }

  /**
   * The map down to depth 16; all inner nodes there are hashes. Throws STORE_CORRUPT.
   * @param root the map root that must come out; without it the page of the root is believed
   */
  loadTop(root?: Uint8Array): MapNode {
    const bytes = this.#readPage('');
    if (bytes === undefined && (root === undefined || isZero(root))) return EMPTY_MAP;
    const top = parsePage(bytes, new Uint8Array());
    if (root !== undefined) checkHash(top, hashText(root), '');
    return this.#fill(top, 0, new Uint8Array(TOP_LEVELS / PAGE_LEVELS));
  }

  /** Reads every page that begins above TOP_LEVELS. `path` is a scratch buffer. */
  #fill(node: MapNode, depth: number, path: Uint8Array): MapNode {
    if (depth === TOP_LEVELS) return node;
    if (node.tag === NODE_HASH) return this.#fill(this.#load(node, depth, path), depth, path);
    if (node.tag !== NODE_INNER) return node;
    const left = this.#fill(node.left, depth + 1, path);
    path[depth >> 3] = (path[depth >> 3] as number) | (0x80 >> (depth & 7));
    const right = this.#fill(node.right, depth + 1, path);
    path[depth >> 3] = (path[depth >> 3] as number) & ~(0x80 >> (depth & 7));
    return withChildren(node, left, right);
  }

  /** The same map with everything shown that these labels reach. Throws STORE_CORRUPT. */
  expand(root: MapNode, labels: readonly Uint8Array[]): MapNode {
    return this.#reach(root, 0, [...labels], 0, labels.length);
  }

  /** The first pages that {@link MapPages.expand} will read, for who reads them beforehand. */
  wanted(root: MapNode, labels: readonly Uint8Array[]): PagePrefix[] {
    const found: PagePrefix[] = [];
    const sorted = [...labels];
    const walk = (node: MapNode, depth: number, from: number, to: number): void => {
      if (from === to) return;
      if (node.tag === NODE_INNER) {
        const ones = splitLabels(sorted, from, to, depth);
        walk(node.left, depth + 1, from, ones);
        walk(node.right, depth + 1, ones, to);
      } else if (node.tag === NODE_HASH && !(node instanceof PagePart)) {
        found.push(encodeHex(prefixOf(sorted[from] as Uint8Array, depth)));
      }
    };
    walk(root, 0, 0, sorted.length);
    return found;
  }

  #reach(node: MapNode, depth: number, labels: Uint8Array[], from: number, to: number): MapNode {
    if (from === to) return node;
    if (node.tag === NODE_HASH) {
      const shown = this.#show(node, depth, labels, from, to);
      return this.#reach(shown, depth, labels, from, to);
    }
    if (node.tag !== NODE_INNER) return node;
    const ones = splitLabels(labels, from, to, depth);
    const left = this.#reach(node.left, depth + 1, labels, from, ones);
    const right = this.#reach(node.right, depth + 1, labels, ones, to);
    return withChildren(node, left, right);
  }

  /** The node with what these labels reach of it, as far as one page goes. */
  #show(node: HashNode, depth: number, labels: Uint8Array[], from: number, to: number): MapNode {
    if (node instanceof PagePart) {
      const deepest = (Math.floor(depth / PAGE_LEVELS) + 1) * PAGE_LEVELS;
      return new PageReader(node.bytes, node.at, deepest, 'map page').read(depth, labels, from, to);
    }
    const prefix = prefixOf(labels[from] as Uint8Array, depth);
    const key = encodeHex(prefix);
    const bytes = this.#readPage(key);
    const what = `map page '${key}'`;
    if (bytes === undefined) throw corrupt(`${what} is missing`);
    const reader = new PageReader(bytes, 0, depth + PAGE_LEVELS, what);
    const page = reader.read(depth, labels, from, to);
    if (reader.end !== bytes.length) throw corrupt(`${what}: bytes follow the last node`);
    checkHash(page, node.hash, key);
    return page;
  }

  /** @param path any label below the node */
  #load(node: HashNode, depth: number, path: Uint8Array): MapNode {
    const prefix = prefixOf(path, depth);
    const key = encodeHex(prefix);
    const page = parsePage(this.#readPage(key), prefix);
    checkHash(page, node.hash, key);
    return page;
  }

  /**
   * The same map with its pages below depth 16 put away again, so that memory stays bounded.
   * @param flushed trimmed tree of the last flush: what `root` has in common with it is taken
   * from it, what differs is not on disk and stays. Without it, all of `root` is on disk.
   */
  trim(root: MapNode, flushed?: MapNode): MapNode {
    return flushed === undefined ? this.trimFlushed(root, EMPTY_MAP) : cut(root, flushed, 0, false);
  }

  /**
   * As {@link MapPages.trim} for a tree that was just flushed, in time that depends on the change.
   * @param before the trimmed tree of the flush before, of which unchanged parts are taken
   */
  trimFlushed(root: MapNode, before: MapNode): MapNode {
    return cut(root, before, 0, true);
  }
}

/** A node of an earlier tree; undefined below a hash, where that tree does not say. */
type Earlier = MapNode | undefined;

/** @param onDisk whether parts that differ from the trimmed tree can be read again */
function cut(node: MapNode, trimmed: Earlier, depth: number, onDisk: boolean): MapNode {
  if (node.tag !== NODE_INNER) return node;
  if (trimmed !== undefined && isSame(trimmed, node)) return trimmed;
  if (depth === TOP_LEVELS) return onDisk ? new HashNode(mapHash(node)) : node;
  const left = cut(node.left, childOf(trimmed, 0), depth + 1, onDisk);
  return withChildren(node, left, cut(node.right, childOf(trimmed, 1), depth + 1, onDisk));
}

/** The node with children that show more or less of the same subtrees. */
function withChildren(node: InnerNode, left: MapNode, right: MapNode): InnerNode {
  if (left === node.left && right === node.right) return node;
  return new InnerNode(left, right, node.hash);
}

function childOf(node: Earlier, bit: number): Earlier {
  if (node === undefined || node.tag === NODE_HASH) return undefined;
  if (node.tag !== NODE_INNER) return EMPTY_MAP;
  return bit === 0 ? node.left : node.right;
}

/** Equal hashes count as equal, so that loading and trimming are no change. */
function isSame(earlier: Earlier, node: MapNode): boolean {
  if (earlier === undefined) return false;
  return earlier === node || mapHash(earlier) === mapHash(node);
}

interface Page {
  readonly prefix: PagePrefix;
  readonly before: Earlier;
  readonly after: MapNode;
}

/**
 * Pages to write so that the disk holds `after`. Below a page that `before` holds as a hash
 * only, a page that was loaded and not changed is written again, with the same bytes.
 * @param before tree of the last flush, in any detail; EMPTY_MAP when there was none
 * @param after a tree made from it by MapPages and setSubject
 */
export function* changedPages(
  before: MapNode,
  after: MapNode,
): Generator<[prefix: PagePrefix, bytes: Uint8Array]> {
  const out = new MapWriter();
  const waiting: Page[] = [{ prefix: '', before, after }];
  for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
    if (isSame(page.before, page.after)) continue;
    if (page.after.tag === NODE_HASH) {
      // Below a hash of `before` nothing but a page that is on disk can be a hash in `after`.
      if (page.before === undefined) continue;
      throw corrupt('a changed page is not in memory');
    }
    writePage(page, out, waiting);
    yield [page.prefix, out.take()];
  }
}

/** Writes one page; the pages right below it are added to `below`. */
function writePage(page: Page, out: MapWriter, below: Page[]): void {
  const write = (node: MapNode, before: Earlier, level: number, place: number): void => {
    if (node instanceof PagePart) {
      out.tree(node.bytes, node.at, node.end);
    } else if (level === PAGE_LEVELS && (node.tag === NODE_INNER || node.tag === NODE_HASH)) {
      out.hash(mapHash(node));
      const prefix = page.prefix + encodeHex(Uint8Array.of(place));
      below.push({ prefix, before, after: node });
    } else if (node.tag === NODE_INNER) {
      out.inner();
      write(node.left, childOf(before, 0), level + 1, place * 2);
      write(node.right, childOf(before, 1), level + 1, place * 2 + 1);
    } else if (node.tag === NODE_SUBJECT) {
      out.subject(node);
    } else if (node.tag === NODE_EMPTY) {
      out.empty();
    } else {
      throw corrupt('a page to write is not known in full');
    }
  };
  write(page.after, page.before, 0, 0);
}

/** Path of the page that begins at this depth. */
function prefixOf(path: Uint8Array, depth: number): Uint8Array {
  if (depth % PAGE_LEVELS !== 0) throw corrupt('a hash stands inside a page');
  return path.slice(0, depth / PAGE_LEVELS);
}

function parsePage(bytes: Uint8Array | undefined, prefix: Uint8Array): MapNode {
  const what = `map page '${encodeHex(prefix)}'`;
  if (bytes === undefined) throw corrupt(`${what} is missing`);
  const deepest = (prefix.length + 1) * PAGE_LEVELS;
  return parseMapBytes(bytes, { code: 'STORE_CORRUPT', what, prefix, deepest, inFull: true });
}

function checkHash(page: MapNode, hash: HashText, key: PagePrefix): void {
  if (mapHash(page) !== hash) throw corrupt(`map page '${key}' has another hash`);
}

function corrupt(reason: string): ChartsealError {
  return new ChartsealError('STORE_CORRUPT', reason);
}
