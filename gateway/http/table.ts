// Every route of the gateway.
import type { Route } from './route.js';

export const ROUTES: readonly Route[] = [];
