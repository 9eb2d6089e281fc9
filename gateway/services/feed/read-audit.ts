// FHIR audit events read as the configuration of their sources says: one event, or all of a
// Bundle together.

import { type FhirPart, readFhirBody } from '../../fhir/bundle.js';
import { FhirIssue, withPrefix } from '../../fhir/fhir-issue.js';
import { readAuditEvent } from '../../fhir/read-audit-event.js';
import type { FhirSources } from '../../fhir/sources.js';
import type { AccessSubmission } from '../submission.js';
import type { AuditItem, ReadAudit } from './audit-import.js';
import { MAX_LETTER_BYTES } from './limits.js';

function readPart(
  part: FhirPart,
  sources: FhirSources,
  profile: AuditItem['profile'],
): readonly AccessSubmission[] {
  if ('issue' in part) throw part.issue;
  try {
    return readAuditEvent(part.resource, sources, part.digest, { strict: profile === 'balp' });
  } catch (error) {
    throw error instanceof FhirIssue ? withPrefix(error, part.expression) : error;
  }
}

export function auditReader(sources: FhirSources): ReadAudit {
  return ({ bytes, profile }) => {
    const body = readFhirBody(bytes, 'audit event', MAX_LETTER_BYTES);
    const parts = body.kind === 'resource' ? [body.part] : body.parts;
    return parts.flatMap((part) => readPart(part, sources, profile));
  };
}
