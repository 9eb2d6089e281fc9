// What is told about requests, for log and metrics: facts that name nobody.
import type { ErrorCode } from '../../chaincode/core/errors.js';
import type { Role } from './caller.js';
import type { UnreadRequest } from './connections.js';

export type ListenerKind = 'people' | 'systems' | 'local';

export interface RequestFacts {
  /** UUID, made here; the answer carries it too. */
  readonly requestId: string;
  readonly listener: ListenerKind;
  /** Template of the route; undefined when no route fits. */
  readonly route: string | undefined;
  readonly method: string;
  /** 499 when nothing was answered. */
  readonly status: number;
  /** Of a refusal. */
  readonly code: ErrorCode | undefined;
  /** Of a refused login: which check failed, in words of ours. */
  readonly reason: string | undefined;
  readonly durationMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly roles: readonly Role[];
  /** The connection ended before the answer did. */
  readonly isCut: boolean;
}

/** Of a request that never became one: neither method nor route is known. */
export function unreadFacts(
  listener: ListenerKind,
  { requestId, status, code }: UnreadRequest,
): RequestFacts {
  return {
    ...{ requestId, listener, status, code, method: '', roles: [], isCut: false },
    ...{ route: undefined, reason: undefined, durationMs: 0, bytesIn: 0, bytesOut: 0 },
  };
}

export interface HttpObserver {
  answered(facts: RequestFacts): void;
  /** Something that nobody foresaw; may hold anything, so it is shown with care. */
  failed(requestId: string, error: unknown): void;
}
