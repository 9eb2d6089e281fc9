// Methods of requests as log and metrics name them: a caller can send any word as one.
import { METHODS } from 'node:http';

const KNOWN: ReadonlySet<string> = new Set(METHODS);

export const knownMethod = (method: string): string => (KNOWN.has(method) ? method : 'other');
