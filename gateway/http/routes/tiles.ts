// The log in the layout of C2SP tlog-tiles under /v1/log, so that stock mirrors and witnesses can
// follow it. A tile has one spelling; every other one, and what is not proven, is not there.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { text } from '../../../chaincode/core/shape.js';
import { parseHashTilePlace, parseTilePlace } from '../../services/tile-path.js';
import { TILE_WIDTH } from '../../store/tiles.js';
import { MAX_HEADER_BYTES } from '../limits.js';
import type { ApiAnswer, Parameter, Route } from '../route.js';
import { LEAF_READERS } from './log.js';

const BYTES = 'application/octet-stream';
const YEAR_SECONDS = 31_536_000;
/** What a tile that is not full holds never changes either, but soon nobody asks for it. */
const PARTIAL_SECONDS = 300;
const TILE: Parameter = {
  in: 'path',
  name: 'tile',
  description: 'As C2SP tlog-tiles writes it: `x001/x234/067`, or `x001/x234/067.p/5`.',
  // Whatever is no tile is not found, however it is spelt.
  shape: text({ min: 0, max: MAX_HEADER_BYTES }),
};

function notFound(): never {
  throw new ChartsealError('NOT_FOUND', 'the proven log has no such tile');
}

function answerTile(
  bytes: Uint8Array | undefined,
  width: number,
  who: 'public' | 'private',
): ApiAnswer {
  if (bytes === undefined) return notFound();
  const seconds = width === TILE_WIDTH ? YEAR_SECONDS : PARTIAL_SECONDS;
  const headers = { 'Cache-Control': `${who}, max-age=${seconds}, immutable` };
  return { status: 200, type: BYTES, headers, body: bytes };
}

const row = (
  route: Pick<Route, 'operationId' | 'path' | 'summary' | 'access' | 'handle'>,
  description: string,
): Route => ({
  method: 'GET',
  tag: 'log',
  description: '`.p/W` asks for the first W of a tile that is not full, W from 1 to 255.',
  parameters: [TILE],
  answers: { 200: { description, content: { type: BYTES } } },
  refusals: ['NOT_FOUND'],
  ...route,
});

export const TILE_ROUTES: readonly Route[] = [
  row(
    {
      operationId: 'readLeafTile',
      path: '/v1/log/tile/entries/{+tile}',
      summary: 'Up to 256 leaves, each 106 bytes after its length.',
      access: LEAF_READERS,
      handle: async ({ values }, { hospital }) => {
        const place = parseTilePlace(String(values['tile'])) ?? notFound();
        return answerTile(await hospital.tiles.findLeaves(place), place.width, 'private');
      },
    },
    'Big-endian 16-bit length and leaf, one after the other.',
  ),
  row(
    {
      operationId: 'readHashTile',
      path: '/v1/log/tile/{+tile}',
      summary: 'Up to 256 hashes of the tree; the path begins with the level.',
      access: 'open',
      handle: async ({ values }, { hospital }) => {
        const place = parseHashTilePlace(String(values['tile'])) ?? notFound();
        return answerTile(await hospital.tiles.findHashes(place), place.width, 'public');
      },
    },
    'Hashes of 32 bytes, one after the other.',
  ),
];
