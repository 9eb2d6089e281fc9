// What went wrong between a client and the TLS of a gateway, and which option mends it.

/** undefined for a fault that is not about certificates. */
export function tlsFault(code: string): string | undefined {
  // An alert is what the other side says: it is about the certificate of this one.
  if (/ALERT_(.*CERTIFICATE|UNKNOWN_CA)/.test(code)) {
    return `the gateway takes no client without a certificate that it believes: ${code}; give --certificate and --key`;
  }
  if (code.includes('ALTNAME')) {
    return `the certificate of the gateway is not for the host of this address: ${code}`;
  }
  if (!/CERT|SIGNATURE|ISSUER/.test(code)) return undefined;
  return `the certificate of the gateway is not believed: ${code}; --authority names authorities to believe`;
}
