// Why a certificate is revoked: the reasons of RFC 5280 section 5.3.1 that people choose from, as
// Fabric's certificate authority spells them.

export const REVOCATION_REASONS = [
  'unspecified',
  'keycompromise',
  'affiliationchanged',
  'superseded',
  'cessationofoperation',
] as const;
export type RevocationReason = (typeof REVOCATION_REASONS)[number];
