// Every route of the gateway.
import type { Route } from './route.js';
import { docsRoutes } from './routes/docs.js';
import { LOG_ROUTES } from './routes/log.js';
import { OPERATION_ROUTES } from './routes/operation.js';
import { TILE_ROUTES } from './routes/tiles.js';

export const ROUTES: readonly Route[] = [
  ...LOG_ROUTES,
  ...TILE_ROUTES,
  ...OPERATION_ROUTES,
  ...docsRoutes(() => ROUTES),
];
