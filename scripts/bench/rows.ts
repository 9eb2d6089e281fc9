// All rows of the benchmark by their names, in the order in which they run.
import { acceptRow } from './accept.js';
import { fabricAnchorRow, fabricAttestationRow, fabricLatencyRow } from './fabric.js';
import { ingestLargeRow, ingestSmallHashRow, ingestSmallRow } from './ingest.js';
import { costGrowthRow, provenRow, restartRow } from './long-log.js';
import { mapRow } from './map.js';
import type { Row } from './row.js';
import {
  historyRow,
  receiptSizeRow,
  verifyCachedRow,
  verifyFirstRow,
  verifySameCheckpointRow,
} from './verify.js';

export const ROWS: Readonly<Record<string, Row>> = {
  'accept-64': acceptRow(64, '50,000 entries/s'),
  'accept-1024': acceptRow(1024, '80,000 entries/s'),
  proven: provenRow,
  'cost-growth': costGrowthRow,
  restart: restartRow,
  'ingest-large': ingestLargeRow,
  'ingest-small-hash': ingestSmallHashRow,
  'ingest-small': ingestSmallRow,
  'verify-first': verifyFirstRow,
  'verify-cached': verifyCachedRow,
  'verify-same-checkpoint': verifySameCheckpointRow,
  'receipt-size': receiptSizeRow,
  'history-1000': historyRow,
  map: mapRow,
  'fabric-anchor': fabricAnchorRow,
  'fabric-latency': fabricLatencyRow,
  'fabric-attestation': fabricAttestationRow,
};
