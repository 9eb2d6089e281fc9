// The roles of identities that call the contract, and where a certificate says which one it has.

/** Attribute of the certificate that holds the role. */
export const ROLE_ATTRIBUTE = 'chartseal.role';

export const IDENTITY_ROLES = ['admin', 'writer', 'reader'] as const;
export type IdentityRole = (typeof IDENTITY_ROLES)[number];
