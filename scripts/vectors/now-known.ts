// Cases that were made when fabric-endorsement/1 was newer than every verifier, as they come out
// since it is known: their files have not the shape of one.
import { formatRuling, nowKnown, type Ruling } from './rules.js';
import { UNDER_RAFT } from './statements.js';

const DAMAGED = formatRuling('receipt', 'not proven');
const UNATTESTED: Ruling = {
  verdict: 'not proven',
  failed: ['attestation'],
  not: ['policy', 'time'],
};

export function addNowKnown(): void {
  const { receipt, history } = UNDER_RAFT;
  nowKnown('receipt', 'attestation-of-fabric-under-embedded', DAMAGED, {});
  nowKnown('receipt', 'attestation-of-fabric-under-bft', DAMAGED, { trust: 'bft' });
  nowKnown('receipt', 'nested-32-deep', DAMAGED, { trust: 'bft' });
  const raft = { trust: 'raft' };
  const name = 'statements-under-raft';
  nowKnown('receipt', name, { ...UNATTESTED, statements: receipt }, raft);
  nowKnown('history', name, { ...UNATTESTED, statements: history }, raft);
}
