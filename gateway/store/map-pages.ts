// The subject map on disk, in pages of 8 levels, each under the whole bytes of its path. The top
// 16 levels stay in memory; pages below are read when a batch or a proof needs them.
import { encodeHex, equalBytes, isZero } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { MAX_MAP_DEPTH } from '../../chaincode/core/limits.js';
import { MapWriter, parseMapBytes } from '../../chaincode/core/map-bytes.js';
import {
  EMPTY_MAP,
  HashNode,
  InnerNode,
  type MapNode,
  mapRoot,
  NODE_EMPTY,
  NODE_HASH,
  NODE_INNER,
  NODE_OTHER,
  splitLabels,
} from '../../chaincode/core/subject-map.js';

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
    if (root !== undefined) checkHash(top, root, '');
    return this.#fill(top, 0, new Uint8Array(MAX_MAP_DEPTH / PAGE_LEVELS));
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

  #reach(
    node: MapNode,
    depth: number,
    labels: Uint8Array[],
    from: number,
    to: number,
  ): MapNode {
    if (from === to) return node;
    if (node.tag === NODE_HASH) {
      const page = this.#load(node, depth, labels[from] as Uint8Array);
      return this.#reach(page, depth, labels, from, to);
    }
    if (node.tag !== NODE_INNER) return node;
    const ones = splitLabels(labels, from, to, depth);
    const left = this.#reach(node.left, depth + 1, labels, from, ones);
    const right = this.#reach(node.right, depth + 1, labels, ones, to);
    return withChildren(node, left, right);
  }

  /** @param path any label below the node */
  #load(node: HashNode, depth: number, path: Uint8Array): MapNode {
    if (depth % PAGE_LEVELS !== 0) throw corrupt('a hash stands inside a page');
    const prefix = path.slice(0, depth / PAGE_LEVELS);
    const key = encodeHex(prefix);
    const page = parsePage(this.#readPage(key), prefix);
    checkHash(page, node.hash, key);
    return page;
  }

  /**
   * The same map with its pages below depth 16 put away again, so that memory stays bounded.
   * @param flushed the tree of the last flush: parts of `root` that differ from it are not on
   * disk and stay. By default `root` itself is that tree.
   */
  trim(root: MapNode, flushed: MapNode = root): MapNode {
    return cut(root, flushed, 0);
  }
}

function cut(node: MapNode, flushed: MapNode, depth: number): MapNode {
  if (node.tag !== NODE_INNER) return node;
  if (depth === TOP_LEVELS) return isSame(node, flushed) ? new HashNode(mapRoot(node)) : node;
  const left = cut(node.left, childOf(flushed, 0), depth + 1);
  return withChildren(node, left, cut(node.right, childOf(flushed, 1), depth + 1));
}

/** The node with children that show more or less of the same subtrees. */
function withChildren(node: InnerNode, left: MapNode, right: MapNode): InnerNode {
  if (left === node.left && right === node.right) return node;
  return new InnerNode(left, right, node.hash);
}

/** Child of a node that may be any end; below a hash, nothing is known: the hash itself. */
function childOf(node: MapNode, bit: number): MapNode {
  if (node.tag === NODE_INNER) return bit === 0 ? node.left : node.right;
  return node.tag === NODE_HASH ? node : EMPTY_MAP;
}
