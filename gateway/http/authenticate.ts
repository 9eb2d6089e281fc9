// Who a request comes from: credentials that it shows, or the session of a browser.
import type { TLSSocket } from 'node:tls';
import type { Request } from 'express';
import type { Authenticator } from './auth/authenticator.js';
import { verifiedCertificate } from './auth/certificate-match.js';
import type { Caller } from './caller.js';
import type { ListenerKind } from './observer.js';
import { browserFacts } from './request.js';
import type { Route } from './route.js';
import type { GatewayServices } from './services.js';

interface Asked {
  readonly routes: readonly Route[];
  readonly services: GatewayServices;
  readonly authenticator: Authenticator;
  readonly listener: ListenerKind;
}

/** A session counts on the listener of people alone, and only where no token is shown. */
export async function authenticate(
  request: Request,
  { authenticator, listener, services, routes }: Asked,
): Promise<Caller | undefined> {
  const certificate = verifiedCertificate(request.socket as TLSSocket);
  const { authorization } = request.headers;
  if (authorization === undefined && listener === 'people') {
    const isIdle = routes.some((one) => one.leavesSessionIdle && one.path === request.path);
    return services.login.callerOf(request.method, browserFacts(request), !isIdle);
  }
  return authenticator.authenticate({ authorization, certificate, listener });
}
