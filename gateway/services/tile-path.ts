// Names of tiles as C2SP tlog-tiles writes them in paths: `0/x001/x234/067`, `1/002.p/17` and, for
// leaves, `x001/067`. Each tile has one spelling.
import { TILE_WIDTH } from '../store/tiles.js';

/** A tile of leaves is number and width alone. */
export interface TilePlace {
  readonly number: number;
  /** Hashes or leaves in it, from 1 to 256. */
  readonly width: number;
}

export interface HashTilePlace extends TilePlace {
  /** 0 for leaf hashes, 1 for roots of full tiles of level 0, and so on. */
  readonly level: number;
}

const LEVEL = /^(?:0|[1-9]|[1-5][0-9]|6[0-3])$/;
const NUMBER = /^((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

function formatNumber(number: number): string {
  const groups = [String(number % 1000).padStart(3, '0')];
  for (let rest = Math.floor(number / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  }
  return groups.join('/');
}

/** What follows `tile/entries/`. */
export function formatTilePlace({ number, width }: TilePlace): string {
  return `${formatNumber(number)}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** What follows `tile/`. */
export function formatHashTilePlace({ level, ...place }: HashTilePlace): string {
  return `${level}/${formatTilePlace(place)}`;
}

/** Inverse of {@link formatTilePlace}; undefined for every other spelling. */
export function parseTilePlace(text: string): TilePlace | undefined {
  const [, path = '', partial] = NUMBER.exec(text) ?? [];
  const number = Number(path.replace(/[x/]/g, ''));
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  if (path === '' || !Number.isSafeInteger(number) || width > TILE_WIDTH) return undefined;
  const place = { number, width };
  return formatTilePlace(place) === text ? place : undefined;
}

/** Inverse of {@link formatHashTilePlace}; undefined for every other spelling. */
export function parseHashTilePlace(text: string): HashTilePlace | undefined {
  const slash = text.indexOf('/');
  const level = text.slice(0, slash);
  const place = parseTilePlace(text.slice(slash + 1));
  if (slash < 0 || !LEVEL.test(level) || place === undefined) return undefined;
  return { level: Number(level), ...place };
}
