// Every route of the gateway.
import type { Route } from './route.js';
import { docsRoutes } from './routes/docs.js';
import { LOG_ROUTES } from './routes/log.js';
import { OPERATION_ROUTES } from './routes/operation.js';
import { OPERATOR_ROUTES } from './routes/operator.js';
import { OPERATOR_EXPORT_ROUTES } from './routes/operator-export.js';
import { OPERATOR_ROW_ROUTES } from './routes/operator-rows.js';
import { TILE_ROUTES } from './routes/tiles.js';

export const ROUTES: readonly Route[] = [
  ...LOG_ROUTES,
  ...TILE_ROUTES,
  ...OPERATION_ROUTES,
  ...OPERATOR_ROUTES,
  ...OPERATOR_ROW_ROUTES,
  ...OPERATOR_EXPORT_ROUTES,
  ...docsRoutes(() => ROUTES),
];
