// Fabric's programs: where they lie and of which version they are.
export const PROGRAM_NAMES = ['peer', 'orderer', 'configtxgen', 'cryptogen', 'osnadmin'] as const;
export const CA_PROGRAM = 'fabric-ca-server';

/** Path of each program, and what they say of themselves. */
export type Programs = Readonly<
  Record<(typeof PROGRAM_NAMES)[number] | typeof CA_PROGRAM | 'version' | 'caVersion', string>
>;
