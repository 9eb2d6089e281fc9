// The whole log for a command beside a gateway that keeps on writing.
import { encodeBase64 } from '../../../chaincode/core/bytes.js';
import { MAX_PIECE_BYTES } from '../../client/limits.js';
import { exportRunning } from '../../services/backup/running.js';
import type { Hospital } from '../../services/hospital.js';
import type { Route } from '../route.js';
import { operatorRoute } from './operator.js';
import { answerRows, ROWS } from './operator-rows.js';

/** Pieces as base64, so that a fault in the middle can be told. */
async function* exportRows(hospital: Hospital) {
  const pieces = exportRunning(hospital);
  try {
    for (;;) {
      const next = await pieces.next();
      if (next.done === true) return { ...next.value };
      for (let at = 0; at < next.value.length; at += MAX_PIECE_BYTES) {
        yield [{ piece: encodeBase64(next.value.subarray(at, at + MAX_PIECE_BYTES)) }];
      }
    }
  } finally {
    // Until then the store keeps the rows of one moment on disk.
    await pieces.return(undefined as never);
  }
}

export const OPERATOR_EXPORT_ROUTES: readonly Route[] = [
  operatorRoute({
    operationId: 'operatorExport',
    method: 'GET',
    path: '/operator/v1/export',
    summary: 'The whole log as it is now.',
    answers: ROWS,
    handle: async ({ signal }, { hospital }) => answerRows(exportRows(hospital), signal),
  }),
];
