// Every route of the gateway.
import type { Route } from './route.js';
import { ACCESS_EVENT_ROUTES } from './routes/access-events.js';
import { ARCHIVE_ROUTES } from './routes/archive.js';
import { docsRoutes } from './routes/docs.js';
import { FEED_ROUTES } from './routes/feeds.js';
import { FHIR_ROUTES } from './routes/fhir.js';
import { FHIR_SEARCH_ROUTES } from './routes/fhir-search.js';
import { INQUIRY_ROUTES } from './routes/inquiries.js';
import { LOG_ROUTES } from './routes/log.js';
import { OPERATION_ROUTES } from './routes/operation.js';
import { OPERATOR_ROUTES } from './routes/operator.js';
import { OPERATOR_AUDIT_ROUTES } from './routes/operator-audit.js';
import { OPERATOR_EXPORT_ROUTES } from './routes/operator-export.js';
import { OPERATOR_FEED_ROUTES } from './routes/operator-feed.js';
import { OPERATOR_ROW_ROUTES } from './routes/operator-rows.js';
import { PAGE_ROUTES } from './routes/pages.js';
import { PATIENT_ROUTES } from './routes/patients.js';
import { RECEIPT_ROUTES } from './routes/receipts.js';
import { RECORD_READING_ROUTES } from './routes/record-reading.js';
import { RECORD_ROUTES } from './routes/records.js';
import { SESSION_ROUTES } from './routes/session.js';
import { TILE_ROUTES } from './routes/tiles.js';
import { VERIFY_ROUTES } from './routes/verify.js';

export const ROUTES: readonly Route[] = [
  ...RECORD_ROUTES,
  ...RECORD_READING_ROUTES,
  ...ACCESS_EVENT_ROUTES,
  ...FHIR_ROUTES,
  ...FHIR_SEARCH_ROUTES,
  ...RECEIPT_ROUTES,
  ...PATIENT_ROUTES,
  ...INQUIRY_ROUTES,
  ...VERIFY_ROUTES,
  ...LOG_ROUTES,
  ...TILE_ROUTES,
  ...FEED_ROUTES,
  ...ARCHIVE_ROUTES,
  ...OPERATION_ROUTES,
  ...OPERATOR_ROUTES,
  ...OPERATOR_ROW_ROUTES,
  ...OPERATOR_FEED_ROUTES,
  ...OPERATOR_EXPORT_ROUTES,
  ...OPERATOR_AUDIT_ROUTES,
  ...SESSION_ROUTES,
  ...PAGE_ROUTES,
  ...docsRoutes(() => ROUTES),
];
