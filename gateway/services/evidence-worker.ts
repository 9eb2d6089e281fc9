// Body of the thread of one large piece of evidence (evidence-check.ts): its bytes in, the outcome
// of the verification out.
import { parentPort, workerData } from 'node:worker_threads';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseTrustFile } from '../evidence/trust.js';
import { checkEvidence, type EvidenceAnswer, type EvidenceSetting } from './evidence-check.js';

const port = parentPort;
if (port === null) throw new Error('evidence-worker is the body of a thread');
const { body, trustFile } = workerData as EvidenceSetting;

function answer(): EvidenceAnswer {
  try {
    return { result: checkEvidence(body, { trust: parseTrustFile(trustFile) }) };
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return { code: error.code, message: error.message };
  }
}

port.postMessage(answer());
