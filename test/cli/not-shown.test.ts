// Entries that a history does not show are not counted as what they may well be.
import { expect } from 'chai';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { renderHistory } from '../../cli/render.js';
import { formatTrustFile, parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { PATIENT, sampleLog } from '../support/evidence-sample.js';

describe('a history that shows not all of its entries', () => {
  const log = sampleLog();
  const trust = parseTrustFile(formatTrustFile(log.trustFile()));

  /** First line of the history of three accesses, the second one an emergency override. */
  function titleWithout(hidden: readonly number[]): string | undefined {
    const history = log.history({ patient: PATIENT });
    const keep = <T>(item: T, at: number) => (hidden.includes(at) ? null : item);
    const { entries, openings = [] } = history;
    const shown = { ...history, entries: entries.map(keep), openings: openings.map(keep) };
    const result = verifyHistory({ history: canonicalBytes(shown), trust });
    expect(result.notShown).to.equal(hidden.length);
    expect(result.verdict).to.match(/^complete/);
    return renderHistory(result)[0];
  }

  it('does not say at the terminal that none of them was an emergency override', () => {
    expect(titleWithout([])).to.equal('3 events, 1 of them an emergency override');
    expect(titleWithout([1])).to.equal(
      '3 events, 1 of them not shown; of the others 0 are emergency overrides',
    );
    expect(titleWithout([0])).to.equal(
      '3 events, 1 of them not shown; of the others 1 is an emergency override',
    );
  });
});
