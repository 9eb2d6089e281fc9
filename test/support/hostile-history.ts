// A history that is proven and whole, and whose every text is script: what a page must show as it
// stands and never run.
import { encodeBase64, utf8 } from '../../chaincode/core/bytes.js';
import { type Entry, formatEntry } from '../../chaincode/core/entry.js';
import { commitMember } from '../../chaincode/core/private-members.js';
import { formatHistory } from '../../gateway/evidence/history.js';
import { formatTrustFile } from '../../gateway/evidence/trust.js';
import { EvidenceLog } from './evidence-builder.js';
import { accessEntry } from './evidence-entries.js';

export const SCRIPT = '<img src=x onerror="document.title=1"><script>document.title=1</script>';

const AT = '2026-11-01T08:59:59.000Z';

function hostileEntry(origin: string) {
  const made = accessEntry({ origin, at: AT, seed: 'hostile' });
  const salt = new Uint8Array(16).fill(7);
  const values = {
    actor: { id: SCRIPT, name: SCRIPT },
    justification: `${SCRIPT}\u202e${SCRIPT}`,
    client: { name: SCRIPT },
  };
  const members = Object.entries(values);
  const entry = {
    ...JSON.parse(Buffer.from(made.bytes).toString()),
    role: SCRIPT,
    organisation: SCRIPT,
    unit: SCRIPT,
    category: 'imaging',
    records: [SCRIPT],
    breakGlass: true,
    private: Object.fromEntries(
      members.map(([name, value]) => [name, encodeBase64(commitMember(salt, value))]),
    ),
  } as Entry;
  const openings = Object.fromEntries(
    members.map(([name, value]) => [name, { salt: encodeBase64(salt), value }]),
  );
  return { bytes: formatEntry(entry), openings };
}

/** Bytes of the history and of the trust file that it holds under. */
export function hostileHistory(): { history: Uint8Array; trust: Uint8Array } {
  const log = new EvidenceLog({ seed: 9 });
  const subject = log.patientLabel(SCRIPT);
  log.append('2026-11-01T09:00:00.000Z', [
    { act: 'access', subject, entry: hostileEntry(log.origin) },
  ]);
  return {
    history: formatHistory(log.history({ patient: SCRIPT })),
    trust: formatTrustFile(log.trustFile()),
  };
}

/** As many events as asked for, in one append. */
export function longHistory(count: number): { history: Uint8Array; trust: Uint8Array } {
  const log = new EvidenceLog({ seed: 10 });
  const subject = log.patientLabel('P1');
  const { origin } = log;
  const items = Array.from({ length: count }, (_, at) => ({
    act: 'access' as const,
    subject,
    entry: accessEntry({ origin, at: AT, seed: `event ${at}` }, { breakGlass: at % 500 === 250 }),
  }));
  log.append('2026-11-01T09:00:00.000Z', items);
  return {
    history: formatHistory(log.history({ patient: 'P1' })),
    trust: formatTrustFile(log.trustFile()),
  };
}

/** A file as the browser's chooser takes it. */
export const asFile = (name: string, content: Uint8Array | string) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(typeof content === 'string' ? utf8(content) : content),
});
