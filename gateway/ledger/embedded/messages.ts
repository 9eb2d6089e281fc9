// What crosses between the main thread and the worker: strings, numbers and bytes only.
import type { LedgerEvent } from '../ledger.js';
import type { LedgerAudit } from './audit.js';
import type { Block } from './block.js';
import type { Call, EngineOptions } from './engine.js';
import type { ReplayInput } from './replay.js';

/** What the worker is started with. */
export type WorkerData = EngineOptions;

export type Request =
  | { readonly kind: 'identify'; readonly mspId: string; readonly certificatePem: string }
  | { readonly kind: 'evaluate'; readonly call: Call }
  | { readonly kind: 'submit'; readonly call: Call }
  | { readonly kind: 'events'; readonly block: number }
  | { readonly kind: 'rows'; readonly from: number; readonly until: number }
  | { readonly kind: 'replay'; readonly block: Block; readonly inputs: readonly ReplayInput[] }
  | { readonly kind: 'audit'; readonly logId: string }
  | { readonly kind: 'close' };

/** An error as text: its stack stays in the log of this process and is never shown. */
export interface ErrorReply {
  readonly code: string;
  readonly message: string;
  readonly cause?: string;
}

export type Answer =
  | string
  | readonly LedgerEvent[]
  | readonly Uint8Array[]
  | LedgerAudit
  | undefined;

export type Message =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorReply }
  /** The engine is open; or a block was committed. */
  | { readonly kind: 'height'; readonly height: number }
  /** The engine could not be opened. */
  | { readonly kind: 'refused'; readonly error: ErrorReply };

export interface NumberedRequest {
  readonly id: number;
  readonly request: Request;
}
