// The embedded engine faces the suite of all engines.
import { newTestNetwork, ORGANISATIONS, testCertificate } from '../support/embedded-network.js';
import { conformanceSuite } from './conformance.js';

conformanceSuite('embedded', async () => {
  let skew = 0;
  const { network, close } = await newTestNetwork(() => Date.now() + skew);
  return {
    open: async (organisation, role, noteKey) =>
      network.connect({
        mspId: ORGANISATIONS[organisation],
        certificatePem: await testCertificate(organisation, role),
        ...(noteKey === undefined ? {} : { signer: noteKey }),
      }),
    skewClocks: (ms) => {
      skew = ms;
    },
    close,
  };
});
