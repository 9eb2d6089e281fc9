// One attestation of the sample log's checkpoint of size 8, with what must come of it.
import type { TrustFile } from '../../gateway/evidence/trust.js';
import { INDEX, sampleLog } from './evidence-sample.js';
import { type AttestOptions, attestFabric } from './fabric-attester.js';

export interface FabricCase {
  readonly name: string;
  readonly attestation: object;
  /** What the trust file has otherwise. */
  readonly trust?: Partial<TrustFile>;
  /** The step that is not OK, and what it says. */
  readonly step: 'format' | 'attestation' | 'policy';
  readonly says: RegExp;
  /** Whether the step is NOT CHECKED, not FAILED. */
  readonly newer?: true;
}

export const log = sampleLog();
export const SIZE = 8;
export const receipt = log.receipt(INDEX.archive, SIZE);
export const answer = log.answer(SIZE);

/** The honest attestation, or one made otherwise. */
export const attested = (options: AttestOptions = {}) => attestFabric(answer, options);

type More = Pick<FabricCase, 'trust' | 'newer'>;

/** A case whose step attestation is not OK. */
export function unattested(
  name: string,
  attestation: object,
  says: RegExp,
  more: More = {},
): FabricCase {
  return { name, attestation, step: 'attestation', says, ...more };
}
