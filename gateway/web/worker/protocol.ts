// What a page asks its worker, and what it is answered. Plain data only: it crosses threads.
import type { DocumentFacts } from '../../evidence/document-check.js';
import type { TrustFile } from '../../evidence/trust.js';
import type { HistoryVerification } from '../../evidence/verify-history.js';
import type { ReceiptVerification } from '../../evidence/verify-receipt.js';

/** What a file given to the page is. */
export type FileKind = 'trust' | 'receipt' | 'history' | 'document';

export type TrustFacts = { readonly file: TrustFile; readonly fingerprint: string };

export interface Questions {
  readonly inspect: { readonly question: Blob; readonly answer: FileKind };
  readonly digest: { readonly question: Blob; readonly answer: string };
  readonly trust: { readonly question: Uint8Array; readonly answer: TrustFacts };
  readonly receipt: {
    readonly question: {
      readonly receipt: Uint8Array;
      readonly trust: Uint8Array;
      readonly document?: DocumentFacts;
    };
    readonly answer: ReceiptVerification;
  };
  readonly history: {
    readonly question: {
      readonly history: Uint8Array;
      readonly trust: Uint8Array;
      /** In ms since 1970. */
      readonly asOf?: number;
    };
    readonly answer: HistoryVerification;
  };
}

export type QuestionName = keyof Questions;

export interface AskMessage<Name extends QuestionName = QuestionName> {
  readonly id: number;
  readonly name: Name;
  readonly question: Questions[Name]['question'];
}

/** Why a question has no answer; `code` is empty for what the browser says of a file. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export type AnswerMessage =
  | { readonly id: number; readonly done: number; readonly of?: number }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly refusal: Refusal };
